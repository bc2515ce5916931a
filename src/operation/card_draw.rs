//! Drawing card-shaped token IDs at random.

use crate::error::Error;
use crate::host::Host;
use crate::label::{Label, LabelMap};
use crate::operation::card::{MIDDLES, Shape};
use crate::operation::pass::Pass;
use crate::operation::token_id::{ClaimedId, DRAWS};
use crate::request::card_template::none_free;
use crate::sealing::fresh::Fresh;

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
}

/// Draws IDs, each no card's number, no other token's, and none of `taken`: anew while it is one.
pub(crate) async fn draw_card_shaped<H: Host>(
    pass: &mut Pass<'_, H>,
    draws: &mut [Draw],
    mut taken: LabelMap<()>,
) -> Result<(), Error> {
    for _ in 0..DRAWS {
        let mut asked = Vec::new();
        for draw in draws.iter_mut().filter(|draw| draw.drawn.is_none()) {
            let id = ClaimedId::new(pass, draw.next());
            let collection = &pass.call.collection.name;
            let own = pass.index().derive_card_number_hash(collection, &id.token_id);
            if own != draw.number_hash && taken.insert(id.claim, ()).is_none() {
                asked.push(id.claim);
                draw.drawn = Some(id);
            }
        }
        let holders = pass.read_holders(&asked).await?;
        let mut held: LabelMap<()> = pass.call.vault.label_map(holders.len())?;
        held.extend(holders.iter().map(|holder| (holder.claim, ())));
        for draw in &mut *draws {
            if draw.drawn.as_ref().is_some_and(|id| held.contains_key(&id.claim)) {
                draw.drawn = None;
            }
        }
        if draws.iter().all(|draw| draw.drawn.is_some()) {
            return Ok(());
        }
    }
    Err(none_free())
}

#[cfg(test)]
mod tests;
