//! The cases of Project Wycheproof for the crates below: AES-256-GCM, HMAC-SHA-256, HKDF-SHA-256.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use wycheproof::{aead, hkdf as key_derivation, mac};

use crate::sealing::xaes::DerivedKey;

#[test]
fn aes_256_gcm() {
    let set = aead::TestSet::load(aead::TestName::AesGcm).unwrap();
    let mut held = 0;
    for group in set.test_groups {
        if (group.key_size, group.nonce_size, group.tag_size) != (256, 96, 128) {
            continue;
        }
        for test in group.tests {
            let key = DerivedKey::new(test.key[..].first_chunk().unwrap());
            let nonce = test.nonce[..].first_chunk().unwrap();
            let must_fail = test.result.must_fail();

            let mut buffer = test.ct.to_vec();
            let tag = test.tag[..].first_chunk().unwrap();
            let opened = key.open(nonce, &test.aad, &mut buffer, tag);
            assert_eq!(opened.is_err(), must_fail, "case {}", test.tc_id);
            if !must_fail {
                assert_eq!(buffer, test.pt[..], "case {}", test.tc_id);
            }

            let mut buffer = test.pt.to_vec();
            let tag = key.seal(nonce, &test.aad, &mut buffer).unwrap();
            let same = buffer == test.ct[..] && tag == test.tag[..];
            assert_eq!(same, !must_fail, "case {}", test.tc_id);
            held += 1;
        }
    }
    assert!(held > 60, "{held} cases");
}

#[test]
fn hmac_sha_256() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let mut held = 0;
    for group in set.test_groups {
        for test in group.tests {
            let mut mac = Hmac::<Sha256>::new_from_slice(&test.key).unwrap();
            mac.update(&test.msg);
            let verified = mac.verify_truncated_left(&test.tag);
            assert_eq!(verified.is_err(), test.result.must_fail(), "case {}", test.tc_id);
            held += 1;
        }
    }
    assert!(held > 150, "{held} cases");
}

#[test]
fn hkdf_sha_256() {
    let set = key_derivation::TestSet::load(key_derivation::TestName::HkdfSha256).unwrap();
    let mut held = 0;
    for test in set.test_groups.into_iter().flat_map(|group| group.tests) {
        let mut salts = vec![Some(&test.salt[..])];
        // An empty salt and none are the same; none is what the keyring gives.
        salts.extend(test.salt.is_empty().then_some(None));
        for salt in salts {
            let mut okm = vec![0; test.size];
            let expanded = Hkdf::<Sha256>::new(salt, &test.ikm).expand(&test.info, &mut okm);
            assert_eq!(expanded.is_err(), test.result.must_fail(), "case {}", test.tc_id);
            if expanded.is_ok() {
                assert_eq!(okm, test.okm[..], "case {}", test.tc_id);
            }
            held += 1;
        }
    }
    assert!(held > 80, "{held} cases");
}
