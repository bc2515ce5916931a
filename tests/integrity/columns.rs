//! Altered columns.

use super::*;

#[test]
fn a_genuine_row_is_answered() {
    for token_type in ["pci", "randomized"] {
        for operation in ALL {
            assert_eq!(operation(&vault_with_a_full_row(token_type)), "ok");
        }
    }
}

#[test]
fn every_column_changed_one_at_a_time_is_vl5001() {
    let asked = |vault: &TestVault| vault.claim("mine");
    let vault = vault_with_a_full_row("pci");
    let (row, own) = (vault.row("mine"), asked(&vault));
    let mut altered: Vec<(&str, Row)> = Vec::new();
    let mut alter = |what: &'static str, change: &dyn Fn(&mut Row)| {
        let mut row = row.clone();
        change(&mut row);
        altered.push((what, row));
    };
    alter("key", &|row| row.key = some_label(b'k'));
    alter("version up", &|row| row.version += 1);
    alter("version down", &|row| row.version -= 1);
    alter("version huge", &|row| row.version = u64::MAX);
    alter("expiry later", &|row| row.expires_at = row.expires_at.map(|time| time + 1));
    alter("expiry never", &|row| row.expires_at = None);
    alter("prune time later", &|row| row.prune_at = row.prune_at.map(|time| time + 1));
    alter("prune time never", &|row| row.prune_at = None);
    for place in 0..row.terms.len() {
        alter("term left out", &|row| {
            row.terms.remove(place);
        });
        alter("term changed", &|row| *row.terms.get_mut(place).unwrap() = some_label(b't'));
        alter("term repeated", &|row| row.terms.push(*row.terms.get(place).unwrap()));
    }
    alter("term added", &|row| row.terms.push(some_label(b't')));
    for place in 0..row.claims.len() {
        if row.claims.get(place) != Some(&own) {
            alter("claim left out", &|row| {
                row.claims.remove(place);
            });
            alter("claim changed", &|row| *row.claims.get_mut(place).unwrap() = some_label(b'c'));
        }
    }
    alter("claim added", &|row| row.claims.push(some_label(b'c')));
    alter("terms and claims exchanged", &|row| {
        let term = row.terms.pop().unwrap();
        row.claims.push(term);
    });
    assert!(altered.len() > 20);
    for (what, altered) in altered {
        for operation in BY_ID {
            vault.host.on_read(move_answer(&altered));
            assert_eq!(operation(&vault), INTEGRITY, "{what}");
        }
    }
    vault.host.read_honestly();
    assert_eq!(vault.host.store.rows(), [row], "nothing was written");
}

#[test]
fn sets_may_come_in_any_order() {
    let vault = vault_with_a_full_row("pci");
    let mut row = vault.row("mine");
    row.terms.reverse();
    row.claims.reverse();
    vault.host.store.put(row);
    for operation in [detokenize, by_tag, update, rotate] {
        assert_eq!(operation(&vault), "ok");
    }
}
