//! Drawing card-shaped token IDs at random.

use crate::error::Error;
use crate::host::Host;
use crate::label::{Label, LabelMap, into_set};
use crate::operation::card::{MIDDLES, Shape};
use crate::operation::pass::Pass;
use crate::operation::token_id::{ClaimedId, DRAWS};
use crate::request::card_template::none_free;
use crate::sealing::fresh::Fresh;

/// A call draws so many IDs at most, and so many for each card-shaped ID: of a shape that is nearly full,
/// many would go on drawing for minutes.
const DRAWS_OF_A_CALL: usize = 1_000;
const DRAWS_FOR_EACH: usize = 10;

/// A card-shaped ID to be drawn.
pub(crate) struct Draw {
    shape: Shape,
    /// What it must not be: the card's own number.
    number_hash: Label,
    middle: u32,
    step: u32,
    /// What was drawn.
    pub(crate) drawn: Option<ClaimedId>,
}

impl Draw {
    pub(crate) fn new(fresh: &mut Fresh, shape: Shape, number_hash: Label) -> Result<Self, Error> {
        let [middle, step] = fresh.make_numbers()?;
        // A step that ends in 1 has no factor in common with the number of middles: a hundred draws
        // are a hundred different IDs.
        let step = step % (MIDDLES / 10) * 10 + 1;
        Ok(Self { shape, number_hash, middle: middle % MIDDLES, step, drawn: None })
    }

    fn next(&mut self) -> String {
        self.middle = (self.middle + self.step) % MIDDLES;
        self.shape.with(self.middle)
    }

    fn next_id<H: Host>(&mut self, pass: &Pass<'_, H>) -> ClaimedId {
        ClaimedId::new(pass, self.next())
    }

    /// Whether an ID is not the card's own number, and not known to be taken.
    fn may_be<H: Host>(&self, pass: &Pass<'_, H>, id: &ClaimedId, taken: &LabelMap<()>) -> bool {
        let own = pass.index().derive_card_number_hash(&pass.call.collection.name, &id.token_id);
        own != self.number_hash && !taken.contains_key(&id.claim)
    }
}

/// Draws IDs, each no card's number, no other token's, and none of `taken`: anew while it is one. Each
/// round looks up twice as many for each ID as the one before, so that the store is asked seldom where
/// hardly any is free.
pub(crate) async fn draw_card_shaped<H: Host>(
    pass: &mut Pass<'_, H>,
    draws: &mut [Draw],
    mut taken: LabelMap<()>,
) -> Result<(), Error> {
    let budget = DRAWS_OF_A_CALL + DRAWS_FOR_EACH * draws.len();
    let mut undecided: Vec<&mut Draw> = draws.iter_mut().collect();
    let (mut left, mut next) = (DRAWS as usize, 1);
    while !undecided.is_empty() {
        let drawn = pass.call.card_draws.get();
        let each = next.min(left).min(budget.saturating_sub(drawn) / undecided.len());
        if each == 0 {
            return Err(none_free());
        }
        pass.call.card_draws.set(drawn + each * undecided.len());
        (left, next) = (left - each, 2 * each);

        let mut round = Vec::with_capacity(undecided.len());
        let mut asked = Vec::new();
        for draw in undecided {
            let drawn: Vec<ClaimedId> = (0..each).map(|_| draw.next_id(pass)).collect();
            let candidates = drawn.into_iter().filter(|id| draw.may_be(pass, id, &taken));
            let candidates: Vec<ClaimedId> = candidates.collect();
            asked.extend(candidates.iter().map(|id| id.claim));
            round.push((draw, candidates));
        }
        for holder in pass.read_holders(&into_set(asked)).await? {
            taken.insert(holder.claim, ());
        }
        undecided = Vec::new();
        for (draw, candidates) in round {
            let mut free = candidates.into_iter();
            draw.drawn = free.find(|id| !taken.contains_key(&id.claim));
            match &draw.drawn {
                Some(id) => drop(taken.insert(id.claim, ())),
                None => undecided.push(draw),
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
