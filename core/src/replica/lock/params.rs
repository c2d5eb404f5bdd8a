//! Parameters of the lock's commands.

use serde::Deserialize;
use zeroize::Zeroizing;

/// `lock.set`: turns the lock on.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PinSet {
    /// At least six digits, or a phrase of at least eight characters.
    pub pin: PinText,
}

/// `lock.open`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PinTry {
    /// As typed.
    pub pin: PinText,
}

/// `lock.change`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct PinChange {
    /// The one in force.
    pub old: PinText,
    /// The next one.
    pub new: PinText,
}

/// `lock.keep`: how the lock behaves.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct LockChosen {
    /// 1, 5 or 15.
    pub auto_lock_minutes: u8,
    /// The owner's finger or face unlocks.
    pub owner_unlocks: bool,
}

/// `lock.used`: somebody touched the screen.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct InUse {
    /// A customer holds the phone, reading or writing.
    pub in_ceremony: bool,
}

/// A PIN on its way into the core: wiped when dropped, and never printed.
#[derive(Clone, Deserialize)]
#[serde(from = "String")]
pub struct PinText(Zeroizing<String>);

impl PinText {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PinText {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl std::fmt::Debug for PinText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PinText")
    }
}
