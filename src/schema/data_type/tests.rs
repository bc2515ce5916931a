//! What each type accepts and refuses: a table, and rules that hold for every row of it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64ct::{Base64, Encoding};
use proptest::prelude::*;

use strum::IntoEnumIterator;

use super::*;

/// A type by its public name, JSON texts of values it accepts, JSON texts of values it refuses.
type Row = (&'static str, &'static [&'static str], &'static [&'static str]);

const NOT_TEXT: &[&str] = &["1", "1.5", "true", "[]", "{}", r#"["text"]"#, r#"{"text":"text"}"#];
const ANY_TEXT: &[&str] = &[
    r#""""#,
    r#""Pat Far""#,
    r#"" padded ""#,
    r#""Ünïcode ٣ 日本語 😀""#,
    r#""line\nbreak\u0000""#,
];

const TABLE: &[Row] = &[
    ("STRING", ANY_TEXT, NOT_TEXT),
    ("LONG_TEXT", ANY_TEXT, NOT_TEXT),
    ("ADDRESS", ANY_TEXT, NOT_TEXT),
    ("TENANT_ID", ANY_TEXT, NOT_TEXT),
    ("OBJECT_ID", ANY_TEXT, NOT_TEXT),
    ("NAME", ANY_TEXT, NOT_TEXT),
    ("CC_HOLDER_NAME", ANY_TEXT, NOT_TEXT),
    ("GENDER", ANY_TEXT, NOT_TEXT),
    (
        "EMAIL",
        &[
            r#""patfar@example.com""#,
            r#""first.last+tag@mail.example.co.uk""#,
            r#""O'Hara@example.com""#,
            r#""\"quoted local\"@example.com""#,
            r#""ops@[192.0.2.1]""#,
            r#""jane@[IPv6:2001:db8::1]""#,
            r#""jane@xn--bcher-kva.example""#,
            r#""jane@😀.example""#,
            r#""jane@צה״ל.example""#,
            r#""用户@例子.广告""#,
            r#""संपर्क@डाटामेल.भारत""#,
            r#""josé@bücher.example""#,
            r#""jose\u0301@example.com""#,
            r#""😀@example.com""#,
            r#""٣@example.com""#,
        ],
        &[
            r#""""#,
            r#""@""#,
            r#""patfar""#,
            r#""@example.com""#,
            r#""patfar@""#,
            r#""a@b@example.com""#,
            r#""Pat Far <patfar@example.com>""#,
            r#""<patfar@example.com>""#,
            r#""patfar(comment)@example.com""#,
            r#""pat far@example.com""#,
            r#"".a@example.com""#,
            r#""a.@example.com""#,
            r#""a..b@example.com""#,
            r#""a@.example.com""#,
            r#""a@example.com.""#,
            r#""a@example..com""#,
            r#""a@-example.com""#,
            r#""a@example-.com""#,
            r#""a@exa_mple.com""#,
            r#""a@[example]""#,
            r#""a\u00a0b@example.com""#,
            r#""a\u0085b@example.com""#,
            r#""a\u0080b@example.com""#,
            r#""a\u0000b@example.com""#,
            r#""a@b.example, c@d.example""#,
            r#""jane@gmail""#,
            r#""jane@localhost""#,
            r#""jane@[gmail]""#,
            r#""jane@例子""#,
            r#""ja\u200bne@example.com""#,
            r#""jane@exam\u200dple.com""#,
            r#""\ufeffjane@example.com""#,
            r#""ja\u00adne@example.com""#,
            r#""\u202ejane@example.com""#,
            r#""\"ja\u2066ne\"@example.com""#,
            r#""jane\ufe0f@example.com""#,
            r#""jane\u3164@example.com""#,
            r#""jane\u2800@example.com""#,
            r#""jane\ue000@example.com""#,
            r#""jane\u0378@example.com""#,
            r#""jane\ufdd0@example.com""#,
            r#""jane\ufffd@example.com""#,
            r#""jane\u00a0@example.com""#,
            r#""jane@example\u3002com""#,
            r#""jane@example\uff0ecom""#,
            r#""jane@example\uff61com""#,
            r#""jane@mail\u2024example.com""#,
            r#""jane@mail\ufe52example.com""#,
            r#""jane@mail\u2488example.com""#,
            r#""jane@mail\ud834\udd6dexample.com""#,
            r#""jane@mail\ua4f8example.com""#,
            r#""jane@mail\ua4faexample.com""#,
            r#""jane@mail\u2800example.com""#,
            r#""jane@mail\u2804example.com""#,
            r#""jane@\u28ff.example.com""#,
            r#""jane@mail\u00b7example.com""#,
            r#""jane@mail\u30fbexample.com""#,
            r#""jane@mail\u22c5example.com""#,
            r#""jane@mail\u06d4example.com""#,
            r#""jane@\u0301example.com""#,
            // NFC makes ASCII of these: `;`, which no atom has.
            r#""a\u037eb@example.com""#,
        ],
    ),
    (
        "EMAIL_STRICT",
        &[
            r#""patfar@example.com""#,
            r#""!#$%&'*+-/=?^_`{|}~@example.com""#,
            r#""a@b.c""#,
            r#""1@2.3""#,
            r#""a@xn--bcher-kva.example""#,
            r#""\"\"@example.com""#,
            r#""\"a@b c\"@example.com""#,
            r#""\"\\\"\\\\\\ \"@example.com""#,
            r#""a@[192.0.2.1]""#,
            r#""a@[IPv6:2001:db8::1]""#,
            r#""a@[ipv6:::ffff:192.0.2.1]""#,
        ],
        &[
            r#""""#,
            r#""用户@例子.广告""#,
            r#""josé@example.com""#,
            r#""\"josé\"@example.com""#,
            r#""a@bücher.example""#,
            r#""٣@example.com""#,
            r#""Pat <patfar@example.com>""#,
            r#""patfar(comment)@example.com""#,
            r#""patfar@example.com(comment)""#,
            r#""pat far@example.com""#,
            r#""\"@example.com""#,
            r#""\"a\"b\"@example.com""#,
            r#""\"a\\\"@example.com""#,
            r#""\"a\"b@example.com""#,
            r#""\"a\tb\"@example.com""#,
            r#""\"a\\\tb\"@example.com""#,
            r#""a@""#,
            r#""a@b#c.example""#,
            r#""a@[192.0.2.256]""#,
            r#""a@[192.0.2]""#,
            r#""a@[2001:db8::1]""#,
            r#""a@[IPv6:192.0.2.1]""#,
            r#""a@[IPv6:2001:db8::1""#,
            r#""a@[IPv6:fe80::1%eth0]""#,
            r#""a@[tag:content]""#,
            r#""a@[]""#,
            r#""a@b""#,
            r#""jane@gmail""#,
            r#""\u212aate@example.com""#,
        ],
    ),
    (
        "PHONE_NUMBER",
        &[
            r#""+11011010101""#,
            r#""5552123""#,
            r#""+1-415-555-2671""#,
            r#""0""#,
            r#""+123456789012345""#,
            r#""1-2-3-4-5-6-7-8-9-0-1-2-3-4-5""#,
            r#""1--415-5552671""#,
            r#""+972-54---1234567""#,
        ],
        &[
            r#""""#,
            r#""+""#,
            r#""-""#,
            r#""1234567890123456""#,
            r#""++1415""#,
            r#""1+415""#,
            r#""+-1415""#,
            r#""-1415""#,
            r#""1415-""#,
            r#""1415--""#,
            r#""1415-555-2671-1234-56""#,
            r#""1415\u20115552671""#,
            r#""+1 415 555 2671""#,
            r#""(415) 555-2671""#,
            r#""+1.415.555.2671""#,
            r#""555-CALL""#,
        ],
    ),
    (
        "SSN",
        &[
            r#""123-45-6789""#,
            r#""123456789""#,
            r#""123 45 6789""#,
            r#""123-456789""#,
            r#""12345-6789""#,
            r#""123-45 6789""#,
            r#""123 456789""#,
            r#""000-12-3456""#,
        ],
        &[
            r#""""#,
            r#""12345678""#,
            r#""1234567890""#,
            r#""123-45-678""#,
            r#""000-00-0000""#,
            r#""123-00-4567""#,
            r#""123004567""#,
            r#""123 45 0000""#,
            r#""123-450000""#,
            r#""-123456789""#,
            r#""123 - 45-6789""#,
            r#""12-345-6789""#,
            r#""123--45-6789""#,
            r#""123–45–6789""#,
            r#""ddd-dd-dddd""#,
        ],
    ),
    (
        "ZIP_CODE_US",
        &[r#""12345""#, r#""42088-4542""#, r#""42088 4542""#, r#""00000""#, r#""00501-0000""#],
        &[
            r#""""#,
            r#""1234""#,
            r#""123456""#,
            r#""420884542""#,
            r#""42088-454""#,
            r#""42088-45421""#,
            r#""42088--4542""#,
            r#""4208-84542""#,
            r#""SW1A 1AA""#,
        ],
    ),
    (
        "BAN",
        &[
            r#""12345""#,
            r#""000123456789""#,
            r#""12345678901234567""#,
            r#""000000""#,
            r#""9876543210""#,
        ],
        &[
            r#""""#,
            r#""1234""#,
            r#""123456789012345678""#,
            r#""12345-6789""#,
            r#""12345 6789""#,
            r#""DE89370400440532013000""#,
        ],
    ),
    (
        "US_BANK_ACCOUNT_NUMBER",
        &[
            r#""12345""#,
            r#""1234""#,
            r#""0012-345-678""#,
            r#""A1234567""#,
            r#""DE89 3704 0044""#,
            r#""١٢٣""#,
            r#"" ""#,
        ],
        &[r#""""#, "12345", "null", "true", r#"["12345"]"#, "{}"],
    ),
    (
        "US_BANK_ROUTING",
        &[
            r#""021000021""#,
            r#""123456789""#,
            r#""000000000""#,
            r#""0210/0002""#,
            r#""02-1000/0021""#,
        ],
        &[
            r#""""#,
            r#""02100002""#,
            r#""0210000210""#,
            r#""0210-0002""#,
            r#""02100002a""#,
            r#""021/00002""#,
            r#""02-1000-0021""#,
            r#""02/1000/0021""#,
            r#""2-1000/0021""#,
            r#""0210/00021""#,
        ],
    ),
    (
        "CC_NUMBER",
        &[
            r#""4111111111111111""#,
            r#""4111 1111 1111 1111""#,
            r#""4111-1111-1111-1111""#,
            r#""4222222222222""#,
            r#""378282246310005""#,
            r#""6304000000000000000""#,
            r#""3782 822463 10005""#,
        ],
        &[
            r#""""#,
            r#""4111111111111112""#,
            r#""1411111111111111""#,
            r#""000000000000""#,
            r#""00000000000000000000""#,
            r#""4111  1111 1111 1111""#,
            r#""4111--1111-1111-1111""#,
            r#""4111 - 1111 1111 1111""#,
            r#""-4111111111111111""#,
            r#""4111111111111111-""#,
            r#""4111.1111.1111.1111""#,
            r#""4111\u00a01111 1111 1111""#,
            r#""XXXX XXXX XXXX 1111""#,
        ],
    ),
    (
        "CC_EXPIRATION_STRING",
        &[r#""01/30""#, r#""12/99""#, r#""12/2034""#, r#""10/00""#, r#""09/0000""#],
        &[
            r#""""#,
            r#""00/30""#,
            r#""13/30""#,
            r#""1/30""#,
            r#""01/3""#,
            r#""01/203""#,
            r#""01/20304""#,
            r#""01-30""#,
            r#""0130""#,
            r#""01//30""#,
            r#""2030/01""#,
            r#""01 / 30""#,
        ],
    ),
    (
        "CC_CVV",
        &[r#""123""#, r#""0000""#, r#""999""#, r#""000""#, r#""1234""#],
        &[r#""""#, r#""12""#, r#""12345""#, r#""12a""#, r#""-12""#, r#""1.2""#],
    ),
    ("DATE", DATES, NOT_DATES),
    ("DATE_OF_BIRTH", DATES, NOT_DATES),
    (
        "TIMESTAMP",
        &[
            r#""2024-11-08T15:04:05Z""#,
            r#""2024-11-08t15:04:05z""#,
            r#""2024-11-08T15:04:05.123456789Z""#,
            r#""2024-11-08T15:04:05.1Z""#,
            r#""2024-11-08T15:04:05+05:30""#,
            r#""2024-11-08T15:04:05-00:00""#,
            r#""2024-02-29T00:00:00Z""#,
            r#""0000-01-01T00:00:00+23:59""#,
            r#""2016-12-31T23:59:60Z""#,
            r#""1990-12-31T15:59:60-08:00""#,
            // ANSIC and UnixDate
            r#""Mon Jan  2 15:04:05 2006""#,
            r#""Mon Jan 2 15:04:05 2006""#,
            r#""Sat Dec 31 23:59:60 2016""#,
            r#""Thu Feb 29 00:00:00 2024""#,
            r#""Sat Jan  1 00:00:00 0000""#,
            r#""Fri Dec 31 23:59:59 9999""#,
            r#""Mon Jan  2 15:04:05 MST 2006""#,
            r#""Fri Nov  8 15:04:05 CEST 2024""#,
            r#""Fri Nov  8 15:04:05 UTC 2024""#,
            r#""Fri Nov 08 15:04:05 -03 2024""#,
            // RFC 822 and RFC 1123
            r#""02 Jan 06 15:04 MST""#,
            r#""02 Jan 06 15:04 -0700""#,
            r#""2 Jan 06 15:04 UT""#,
            r#""29 Feb 00 15:04 Z""#,
            r#""Mon, 02 Jan 06 15:04:05 EST""#,
            r#""Mon, 02 Jan 2006 15:04:05 MST""#,
            r#""Mon, 02 Jan 2006 15:04:05 -0700""#,
            r#""Mon, 2 Jan 2006 15:04 +0530""#,
            r#""mon, 02 JAN 2006 15:04:05 GMT""#,
            r#""Fri, 08 Nov 2024 15:04:05 +0000""#,
            r#""Sat, 31 Dec 2016 23:59:60 GMT""#,
            r#""Sat, 31 Dec 2016 15:59:60 -0800""#,
            r#""Sun, 01 Jan 2017 05:29:60 +0530""#,
            // RFC 850
            r#""Monday, 02-Jan-06 15:04:05 MST""#,
            r#""Wednesday, 31-Dec-69 23:59:59 UTC""#,
            r#""Friday, 08-Nov-24 15:04:05 CEST""#,
        ],
        &[
            r#""""#,
            r#""2024-11-08""#,
            r#""2024-11-08T15:04:05""#,
            r#""2024-11-08 15:04:05Z""#,
            r#""2024-11-08_15:04:05Z""#,
            r#""2024-11-08T15:04Z""#,
            r#""2024-11-08T15:04:05.Z""#,
            r#""2024-11-08T15:04:05,1Z""#,
            r#""2024-11-08T15:04:05+0530""#,
            r#""2024-11-08T15:04:05+05""#,
            r#""2024-11-08T15:04:05+24:00""#,
            r#""2024-11-08T15:04:05+05:60""#,
            r#""2024-11-08T24:00:00Z""#,
            r#""2024-11-08T15:60:00Z""#,
            r#""2024-11-08T15:04:60Z""#,
            r#""2024-11-08T15:04:61Z""#,
            r#""2023-02-29T00:00:00Z""#,
            r#""2024-13-01T00:00:00Z""#,
            r#""12024-11-08T15:04:05Z""#,
            r#""20241108T150405Z""#,
            r#""9999-12-31T23:59:60-01:00""#,
            r#""2024-11-08T15:04:05.1234567890Z""#,
            // No day of the calendar, no time of a day
            r#""Fri Feb 30 15:04:05 2024""#,
            r#""Wed Feb 29 15:04:05 2023""#,
            r#""Mon, 32 Jan 2006 15:04:05 MST""#,
            r#""29 Feb 23 15:04 MST""#,
            r#""Mon Jan  0 15:04:05 2006""#,
            r#""Mon Jan  2 24:00:00 2006""#,
            r#""Mon, 02 Jan 2006 15:60:05 MST""#,
            r#""02 Jan 06 24:00 MST""#,
            r#""Mon, 02 Jan 2006 15:04:60 GMT""#,
            r#""Fri, 30 Dec 2016 23:59:60 GMT""#,
            r#""Sat, 31 Dec 2016 23:59:60 -0800""#,
            r#""Sat, 31 Dec 2016 23:59:60 MST""#,
            r#""Mon Jan  2 15:04:61 2006""#,
            // Another day's name
            r#""Tue Jan  2 15:04:05 2006""#,
            r#""Tue Jan  2 15:04:05 MST 2006""#,
            r#""Tue, 02 Jan 2006 15:04:05 MST""#,
            r#""Tue, 02 Jan 06 15:04:05 MST""#,
            r#""Tuesday, 02-Jan-06 15:04:05 MST""#,
            // No form
            r#""Mon Jan  2 15:04:05 MST 06""#,
            r#""Mon Jan  02 15:04:05 2006""#,
            r#""Mon  Jan 2 15:04:05 2006""#,
            r#""Monday Jan  2 15:04:05 2006""#,
            r#""Mon Foo  2 15:04:05 2006""#,
            r#""Mon January 2 15:04:05 2006""#,
            r#""Mon Jan  2 15:04 2006""#,
            r#""Mon Jan  2 15:04:05 -0700 2006""#,
            r#""Mon Jan  2 15:04:05.5 2006""#,
            r#""02 Jan 06 15:04""#,
            r#""02 Jan 006 15:04 MST""#,
            r#""02 Jan 06 3:04 MST""#,
            r#""Mon 02 Jan 2006 15:04:05 MST""#,
            r#""Monday, 02 Jan 2006 15:04:05 MST""#,
            r#""Mon, 02 Jan 2006 15:04:05""#,
            r#""Mon, 02 Jan 2006 15:04:05 -07:00""#,
            r#""Mon, 02 Jan 2006 15:04:05 -2400""#,
            r#""Mon, 02 Jan 2006 15:04:05 -0760""#,
            r#""Mon, 02 Jan 2006 15:04:05 -0700 (MST)""#,
            r#""Mon, 02 Jan 2006 15:04:05 mst""#,
            r#""Mon, 02 Jan 2006 15:04:05 MOUNTAIN""#,
            r#""Mon, 02 Jan 2006 15:04:05 M""#,
            r#""Mon, +2 Jan 2006 15:04:05 MST""#,
            r#""Mon, 02-Jan-06 15:04:05 MST""#,
            r#""Monday, 02-Jan-2006 15:04:05 MST""#,
            r#""Monday, 2-Jan-06 15:04:05 MST""#,
            r#""Monday, 02-Jan-06 15:04:05 -0700""#,
            r#""Monday 02-Jan-06 15:04:05 MST""#,
            r#""3:04PM""#,
            r#""Jan _2 15:04:05""#,
            r#""2024-11-0é15:04:05Z""#,
            "1731078245",
        ],
    ),
    (
        "URL",
        &[
            r#""https://example.com""#,
            r#""HTTP://user:secret@example.com:8080/a/b.html?q=1&r=%20#part""#,
            r#""ftp://192.0.2.1/file""#,
            r#""http://[2001:db8::1]/""#,
            r#""https://bücher.example/straße?größe=٣""#,
            r#""custom+app.v1://host""#,
            r#""/""#,
            r#""/path""#,
            r#""/a/b.html?q=1&r=%20#part""#,
            r#""/straße""#,
        ],
        &[
            r#""""#,
            r#""example.com""#,
            r#""path""#,
            r#""./path""#,
            r#""//example.com/path""#,
            r#""/a b""#,
            r#""/%zz""#,
            r#""/a\u2003b""#,
            r#""?q=1""#,
            r#""https:""#,
            r#""https://""#,
            r#""https:///path""#,
            r#""https://:80""#,
            r#""https://user@""#,
            r#""https:example.com""#,
            r#""file:///etc/hosts""#,
            r#""mailto:patfar@example.com""#,
            r#""data:text/plain,hello""#,
            r#""1http://example.com""#,
            r#""https://exa mple.com""#,
            r#""https://exa\u00a0mple.com""#,
            r#""https://example.com/a b""#,
            r#""https://example.com/%zz""#,
            r#""https://example.com:port/""#,
            r#""https://example.com\\path""#,
            r#""https://example.com/<script>""#,
            r#""https://[2001:db8::1::2]/""#,
        ],
    ),
    (
        "INTEGER",
        &[
            "0",
            "-1",
            "1.0",
            "1e3",
            "9007199254740991",
            "-9007199254740991",
            r#""0""#,
            r#""42""#,
            r#""-42""#,
            r#""9007199254740993""#,
            r#""9223372036854775807""#,
            r#""-9223372036854775808""#,
        ],
        &[
            "1.5",
            "1e-3",
            "9007199254740992",
            "-9007199254740992",
            "1e300",
            "true",
            "[]",
            "[1]",
            "{}",
            r#""""#,
            r#""-""#,
            r#""+1""#,
            r#""01""#,
            r#""00""#,
            r#""-0""#,
            r#""-01""#,
            r#""--1""#,
            r#""1.0""#,
            r#""1e3""#,
            r#""1,000""#,
            r#""1_000""#,
            r#""0x10""#,
            r#""ten""#,
            r#""9223372036854775808""#,
            r#""-9223372036854775809""#,
        ],
    ),
    (
        "DOUBLE",
        &[
            "0",
            "-1.5",
            "3.141592653589793",
            "5e-324",
            "9007199254740992",
            "-9007199254740992",
            "1152921504606847000",
            "1e22",
            "1.23e67",
            "1e300",
            "1.7976931348623157e308",
        ],
        &[
            "9007199254740993",
            "12345678901234567890",
            "-12345678901234567890",
            "1e309",
            "null",
            r#""1.5""#,
            r#""NaN""#,
            r#""""#,
            "true",
            "[]",
            "{}",
        ],
    ),
    // JSON has two booleans, so there is no third value to accept.
    (
        "BOOLEAN",
        &["true", "false"],
        &["0", "1", r#""true""#, r#""false""#, r#""""#, "[]", "[true]", "{}"],
    ),
    (
        "BLOB",
        &[r#""""#, r#""TQ==""#, r#""TWE=""#, r#""TWFu""#, r#""+/8=""#, r#""AAAAAAAA""#],
        &[
            r#""TQ""#,
            r#""TQ=""#,
            r#""TWE""#,
            r#""TQ===""#,
            r#""TR==""#,
            r#""TWF=""#,
            r#""TQ==TQ==""#,
            r#""====""#,
            r#""=""#,
            r#""-_8=""#,
            r#""TWFu\nTWFu""#,
            r#""TW Fu""#,
            r#""TWF!""#,
            r#""data:;base64,TWFu""#,
        ],
    ),
    (
        "JSON",
        &[
            r#"{"a":[1,true,null,{"b":"c"}]}"#,
            "[]",
            "{}",
            r#""""#,
            r#""not { json""#,
            "1.5",
            "false",
            "9007199254740991",
            r#"{"9007199254740993":"9007199254740993"}"#,
            r#"{"a":[1e22,{"b":[1.23e67,1.7976931348623157e308,1152921504606847000]}]}"#,
        ],
        &[
            "9007199254740993",
            "[-9007199254740993]",
            r#"{"a":[{"b":[1,2,12345678901234567890]}]}"#,
            r#"[[[18446744073709551616]]]"#,
            r#"{"a":[1e309]}"#,
        ],
    ),
];

const DATES: &[&str] = &[
    r#""1993-02-22""#,
    r#""2024-02-29""#,
    r#""2000-02-29""#,
    r#""0000-01-01""#,
    r#""9999-12-31""#,
];
const NOT_DATES: &[&str] = &[
    r#""""#,
    r#""2023-02-29""#,
    r#""1900-02-29""#,
    r#""2024-04-31""#,
    r#""2024-00-01""#,
    r#""2024-13-01""#,
    r#""2024-01-00""#,
    r#""2024-01-32""#,
    r#""2024-1-1""#,
    r#""24-01-01""#,
    r#""02024-01-01""#,
    r#""+2024-01-01""#,
    r#""-024-01-01""#,
    r#""2024/01/01""#,
    r#""20240101""#,
    r#""2024-W01-1""#,
    r#""2024-001""#,
    r#""01-01-2024""#,
    r#""2024-01-01T00:00:00Z""#,
    r#""dddd-dd-dd""#,
];

/// Types that take any text, so that no rule about the form of a text is theirs.
const FREE_TEXT: &[&str] = &[
    "US_BANK_ACCOUNT_NUMBER",
    "STRING",
    "LONG_TEXT",
    "ADDRESS",
    "TENANT_ID",
    "OBJECT_ID",
    "NAME",
    "CC_HOLDER_NAME",
    "GENDER",
    "JSON",
];

fn json(text: &str) -> Json<'_> {
    Json::parse(text, "value").unwrap()
}

fn rows() -> impl Iterator<Item = (DataType, &'static Row)> {
    TABLE.iter().map(|row| (DataType::parse(row.0).unwrap(), row))
}

/// The texts, and nothing else, that the types with a form accept.
fn accepted_texts_with_a_form() -> Vec<(DataType, String)> {
    let mut texts = Vec::new();
    for (data_type, (name, accepted, _)) in rows() {
        for value in accepted.iter().map(|text| json(text)) {
            if let Json::Text(text) = value
                && !FREE_TEXT.contains(name)
            {
                texts.push((data_type, text.into_owned()));
            }
        }
    }
    assert!(texts.len() > 60);
    texts
}

#[test]
fn each_type_accepts_and_refuses_what_the_table_says() {
    for (data_type, (name, accepted, refused)) in rows() {
        for text in *accepted {
            assert!(data_type.accepts(&json(text)), "{name} refuses {text}");
        }
        for text in *refused {
            assert!(!data_type.accepts(&json(text)), "{name} accepts {text}");
        }
    }
}

#[test]
fn the_table_has_every_type_once_and_enough_values() {
    let names: Vec<&str> = TABLE.iter().map(|row| row.0).collect();
    assert_eq!(names, DataType::iter().map(DataType::name).collect::<Vec<_>>());
    for (name, accepted, refused) in TABLE {
        assert!(accepted.len() >= 5 || *name == "BOOLEAN", "{name}");
        assert!(refused.len() >= 5, "{name}");
    }
}

#[test]
fn a_name_is_the_public_one_exactly() {
    for data_type in DataType::iter() {
        assert_eq!(DataType::parse(data_type.name()), Some(data_type));
        let name = Json::text(data_type.name());
        assert_eq!(crate::json::strict::read::<DataType>(&name, "type").unwrap(), data_type);
    }
    for name in ["", "email", "Email", "EMAIL ", "EMAIL.mask", "LONGTEXT", "CC-NUMBER", "VARCHAR"] {
        assert_eq!(DataType::parse(name), None, "{name}");
    }
}

#[test]
fn the_public_api_pages_example_object_passes() {
    for (name, value) in [
        ("DATE_OF_BIRTH", "1993-02-22"),
        ("EMAIL", "patfar@example.com"),
        ("EMAIL_STRICT", "patfar@example.com"),
        ("NAME", "Pat"),
        ("STRING", "Far"),
        ("PHONE_NUMBER", "+11011010101"),
    ] {
        assert!(DataType::parse(name).unwrap().accepts(&Json::text(value)), "{name} {value}");
    }
}

#[test]
fn only_json_text_is_text() {
    for (data_type, (name, _, _)) in rows() {
        if !["INTEGER", "DOUBLE", "BOOLEAN", "JSON"].contains(name) {
            for value in NOT_TEXT {
                assert!(!data_type.accepts(&json(value)), "{name} accepts {value}");
            }
        }
    }
}

#[test]
fn white_space_around_a_value_is_part_of_it() {
    for (data_type, text) in accepted_texts_with_a_form() {
        for space in [" ", "\t", "\n", "\r\n", "\u{a0}", "\u{2003}", "\u{2028}", "\0"] {
            for padded in [format!("{space}{text}"), format!("{text}{space}")] {
                assert!(!data_type.accepts(&Json::text(&padded)), "{data_type:?} {padded:?}");
            }
        }
    }
}

#[test]
fn a_digit_is_an_ascii_digit() {
    for (data_type, text) in accepted_texts_with_a_form() {
        if matches!(data_type, DataType::Email | DataType::Url) {
            continue;
        }
        for (index, _) in text.match_indices(|character: char| character.is_ascii_digit()) {
            for digit in ['٣', '３', '²', '𝟛'] {
                let mut changed = text.clone();
                changed.replace_range(index..=index, &digit.to_string());
                assert!(!data_type.accepts(&Json::text(&changed)), "{data_type:?} {changed}");
            }
        }
    }
}

#[test]
fn an_address_has_its_lengths() {
    let accepts = |text: &str| {
        let strict = DataType::EmailStrict.accepts(&Json::text(text));
        assert_eq!(DataType::Email.accepts(&Json::text(text)), strict, "{text}");
        strict
    };
    let local = |length: usize| format!("{}@example.com", "a".repeat(length));
    assert!(accepts(&local(64)));
    assert!(!accepts(&local(65)));
    assert!(accepts(&format!("\"{}\"@example.com", "a".repeat(62))));
    assert!(!accepts(&format!("\"{}\"@example.com", "a".repeat(63))));

    let label = |length: usize| format!("a@{}.com", "b".repeat(length));
    assert!(accepts(&label(63)));
    assert!(!accepts(&label(64)));

    // 2 + 4 * 63 = 254.
    let labels = format!("a@{}{}", "b.".repeat(125), "cc");
    assert_eq!(labels.len(), 254);
    assert!(accepts(&labels));
    assert!(!accepts(&format!("{labels}c")));

    // Octets before the `@`, characters in a label.
    let email = |text: String| DataType::Email.accepts(&Json::text(&text));
    assert!(email(format!("{}@example.com", "é".repeat(32))));
    assert!(!email(format!("{}@example.com", "é".repeat(33))));
    assert!(email(format!("a@{}.com", "é".repeat(63))));
    assert!(!email(format!("a@{}.com", "é".repeat(64))));
}

/// With a check that is not linear this does not end.
#[test]
fn a_long_text_is_refused_without_delay() {
    const LENGTH: usize = 1 << 20;
    let long = |pattern: &str| Json::text(&pattern.repeat(LENGTH / pattern.len()));
    for pattern in
        ["1", "1-", "-", "+1", " ", ".", "a.", "@", "a@", "\"\\", "[", ":", "::1", "é", "="]
    {
        let value = long(pattern);
        for (data_type, (name, _, _)) in rows() {
            if !FREE_TEXT.contains(name) {
                let is_base64 = *name == "BLOB" && ["1", "+1"].contains(&pattern);
                assert_eq!(data_type.accepts(&value), is_base64, "{name} {pattern}");
            }
        }
    }
    for (data_type, prefix, pattern) in [
        (DataType::Url, "https://a/", "a"),
        (DataType::Url, "https://a/", "%20"),
        (DataType::Url, "https://", "a."),
        (DataType::Url, "https://a/?", "/?:@"),
        (DataType::Url, "/", "a/"),
        (DataType::Name, "", "e\u{301}"),
        (DataType::Name, "e", "\u{327}\u{301}"),
        (DataType::Name, "", "\u{1100}\u{1161}\u{11a8}"),
    ] {
        let text = format!("{prefix}{}", pattern.repeat(LENGTH / pattern.len()));
        assert!(data_type.accepts(&Json::text(&text)), "{data_type:?} {prefix}{pattern}");
    }
}

/// Texts that come near to a form, as arbitrary ones do not.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        ".*",
        r#"[0-9TtZz:.+ /=-]{0,40}"#,
        r#"[a-z0-9@."\\\[\]: é-]{0,30}"#,
        r#"(https?|IPv6|a):?/{0,2}[a-z0-9:@./?#%\[\] é-]{0,20}"#,
        r#"((Mon|Tuesday),? )?[0-9]{1,2}[ -](Jan|Feb) ?[ -]?[0-9]{2,4} [0-9]{2}:[0-9]{2}(:[0-9]{2})? ([A-Z]{1,4}|[+-][0-9]{2,4})"#,
        r#"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-6][0-9](\.[0-9]{0,12})?(Z|[+-][0-9]{2}:[0-9]{2})"#,
    ]
}

proptest! {
    #[test]
    fn no_text_panics(text in any_text()) {
        let value = Json::text(&text);
        for data_type in DataType::iter() {
            data_type.accepts(&value);
            DataType::parse(&text);
        }
    }

    #[test]
    fn a_strict_address_is_an_address(local in r#"[a-b."\\ é]{1,6}"#, domain in "[a-b.é-]{1,6}") {
        let value = Json::text(&format!("{local}@{domain}"));
        let (strict, address) =
            (DataType::EmailStrict.accepts(&value), DataType::Email.accepts(&value));
        prop_assert!(address || !strict);
        if local.is_ascii() && domain.is_ascii() {
            prop_assert_eq!(strict, address);
        }
    }

    #[test]
    fn a_card_number_has_one_check_digit(stem in "[0-9]{12,18}") {
        let accepted = (0..10)
            .filter(|digit| DataType::CcNumber.accepts(&Json::text(&format!("{stem}{digit}"))))
            .count();
        prop_assert_eq!(accepted, 1);
    }

    #[test]
    fn a_date_is_one_that_the_calendar_has(year in 0..=9999_i32, month in 0..=13_u8, day in 0..=32_u8) {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 => if leap { 29 } else { 28 },
            _ => 0,
        };
        let real = (1..=length).contains(&day);
        let text = format!("{year:04}-{month:02}-{day:02}");
        prop_assert_eq!(DataType::Date.accepts(&Json::text(&text)), real);
        let midnight = Json::text(&format!("{text}T00:00:00Z"));
        prop_assert_eq!(DataType::Timestamp.accepts(&midnight), real);
    }

    #[test]
    fn every_i64_has_one_spelling(number: i64) {
        prop_assert!(DataType::Integer.accepts(&Json::text(&number.to_string())));
        for other in [format!("+{number}"), format!("0{number}"), format!("{number}.0")] {
            prop_assert!(!DataType::Integer.accepts(&Json::text(&other)));
        }
    }

    #[test]
    fn every_byte_string_has_one_base64(bytes: Vec<u8>) {
        let text = Base64::encode_string(&bytes);
        prop_assert!(DataType::Blob.accepts(&Json::text(&text)));
        let other = text.trim_end_matches('=');
        prop_assert_eq!(DataType::Blob.accepts(&Json::text(other)), other == text);
    }
}
