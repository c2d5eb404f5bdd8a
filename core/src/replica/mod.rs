//! The replica: one device's documents, journal and store behind the use-cases of a rep.

mod error;
mod params;

pub use error::{ErrorKind, ReplicaError};
pub use params::{
    ConflictSettle, EffectsOf, Enrolment, OfEntry, OfSigning, OfStop, OutcomeRecord, Page,
    Presence, PromiseRecord, Recorded, RefusalRecord, SendBackAnswer, SigningBegin, SigningFinish,
    SigningStroke, StopEdit,
};
