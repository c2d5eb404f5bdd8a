//! TypeScript names of the value types that rows are made of, for the generated bindings.

use ts_rs::{Config, TS};

use crate::domain::ids::{
    CaptureId, CommandId, CustomerId, DeviceId, Digest, DocumentId, EntryId, PlanId, SigningId,
    StopId, UserId,
};
use crate::domain::money::{Currency, Money};
use crate::domain::time::Day;
use crate::replica::PinText;
use crate::views::Base64;

macro_rules! is_written_as {
    ($($ty:ty => $text:expr),+ $(,)?) => {$(
        impl TS for $ty {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;
            fn name(_config: &Config) -> String {
                String::from($text)
            }
            fn inline(config: &Config) -> String {
                <Self as TS>::name(config)
            }
        }
    )+};
}

is_written_as! {
    Base64 => "string",
    CaptureId => "string",
    CommandId => "string",
    CustomerId => "string",
    DeviceId => "string",
    Digest => "string",
    DocumentId => "string",
    EntryId => "string",
    PinText => "string",
    PlanId => "string",
    SigningId => "string",
    StopId => "string",
    UserId => "string",
    Day => "string",
    Currency => "\"CNY\" | \"USD\"",
    Money => "{ currency: \"CNY\" | \"USD\", amount: string }",
}
