//! What the wasm needs in the place of `std`: memory, and an end for a panic.
//!
//! `std` would format a message for every panic there can be and then have nowhere to write it: text
//! and machinery that no call ever reaches. A panic traps, as it does with `std` and `panic = "abort"`.

use core::panic::PanicInfo;

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
