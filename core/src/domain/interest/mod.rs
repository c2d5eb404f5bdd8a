//! Interest and penalty for late payment, to the cent.
//!
//! Days are half-open: from the first day past due (the due day + 1) to the day of payment, which itself bears none; a
//! figure "as of" a cut-off includes that day. A line is principal × rate × days ÷ (100 × day count), computed in integers
//! and rounded half up once; it ends only where principal or rate changes, never at a year's end. A payment pays the
//! interest accrued to its day and then principal (Civil Code (2021) art. 561; enforcement costs come off before, by
//! `allocation`). No interest on interest.
//!
//! An assistant, not advice: a lawyer signs these rules off.
//!
//! Sources: Sale Contract Interpretation (2020) art. 18 para. 4; Civil Code art. 561, 585; SME Payment Regulation (2025)
//! art. 17; Private Lending Provisions (2020) art. 25, 28, 29.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::{Money, MoneyError};
use super::percent::{Percent, PercentError};
use super::rates::RateTable;
use super::statement_lint::Approved;
use super::time::Day;

/// Least and most that the Sale Contract Interpretation art. 18 para. 4 adds to the LPR, in percent of it.
const UPLIFT: (u8, u8) = (30, 50);
/// 0.05 % a day (SME Payment Regulation art. 17).
const SME_DAILY_HUNDREDTHS: i64 = 5;
/// Four times the LPR (Private Lending Provisions art. 25).
const PRIVATE_LOAN_CAP: u8 = 4;
/// Defaults from this day on are judged by the LPR (Sale Contract Interpretation art. 18 para. 4).
const FIRST_LPR_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2019, 8, 20);

/// Days a year counts with; printed beside every line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DayCount {
    /// 365.
    #[serde(rename = "365")]
    Days365,
    /// 360.
    #[serde(rename = "360")]
    Days360,
}

impl DayCount {
    /// As a figure.
    #[must_use]
    pub const fn days(self) -> u16 {
        match self {
            Self::Days365 => 365,
            Self::Days360 => 360,
        }
    }
}

/// What the rate comes from. "At default" or floating is an explicit choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateBasis {
    /// Agreed, percent a year.
    AgreedAnnual(Percent),
    /// Agreed, percent a day.
    AgreedDaily(Percent),
    /// The LPR of the first day past due and 30 to 50 % of it, fixed (Sale Contract Interpretation art. 18 para. 4).
    LprAtDefault {
        /// 30 to 50.
        uplift: Percent,
    },
    /// The same, with each later publication.
    LprFloating {
        /// 30 to 50.
        uplift: Percent,
    },
    /// A small or medium creditor against a public body or large enterprise (SME Payment Regulation art. 17).
    Sme(SmeRate),
    /// A private loan, capped (Private Lending Provisions art. 25, 28, 29). Not for licensed lenders.
    PrivateLoan {
        /// The rate with all charges, percent a year.
        annual: Percent,
        /// The day of the contract.
        contract_day: Day,
    },
}

/// What a small or medium creditor agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmeRate {
    /// No rate: 0.05 % a day.
    NotAgreed,
    /// A rate; lifted to the LPR of the contract day when it is below.
    Agreed {
        /// Percent a year.
        annual: Percent,
        /// The day of the contract.
        contract_day: Day,
    },
}

/// Money received on the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimPayment {
    /// Value date.
    pub day: Day,
    /// Above zero.
    pub amount: Money,
}

/// Interest given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiver {
    /// How much.
    pub amount: Money,
    /// Only an approved one counts.
    pub approved: Approved,
}

/// One overdue amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InterestClaim<'a> {
    /// What was due.
    pub principal: Money,
    /// When.
    pub due_day: Day,
    /// Up to which day, included.
    pub cut_off: Day,
    /// The rate.
    pub basis: RateBasis,
    /// The days of a year.
    pub day_count: DayCount,
    /// The benchmark, where the basis needs one.
    pub table: Option<&'a RateTable>,
    /// In any order; those after the cut-off do not count yet.
    pub payments: &'a [ClaimPayment],
    /// In any order.
    pub waivers: &'a [Waiver],
}

/// Why interest cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InterestError {
    /// Before that day there is no LPR: a person names the benchmark.
    #[error("needs a manual benchmark rate (default before 2019-08-20)")]
    DefaultBeforeLpr,
    /// No table, or nothing published by then.
    #[error("no rate is published on or before {0}; import the rate table")]
    NoRate(Day),
    /// Outside 30 to 50 %.
    #[error("an uplift of {0} % is outside 30 to 50 %")]
    Uplift(Percent),
    /// A payment of zero or less, or a negative principal or waiver.
    #[error("{0} is not an amount that can be paid or owed here")]
    Amount(Money),
    /// A rate that cannot be.
    #[error(transparent)]
    Percent(#[from] PercentError),
    /// Two currencies, or beyond what can be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// The rate of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "per", content = "rate_percent", rename_all = "snake_case")]
pub enum LineRate {
    /// Percent a year.
    Year(Percent),
    /// Percent a day; the day count plays no part.
    Day(Percent),
}

/// Days with one principal and one rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterestLine {
    /// The first day that bears interest.
    pub from: Day,
    /// The first that does not.
    pub to: Day,
    /// From one to the other; above zero.
    pub days: i64,
    /// On what.
    pub principal: Money,
    /// At which rate.
    pub rate: LineRate,
    /// Half up to the cent.
    pub interest: Money,
}

/// What one payment paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedPayment {
    /// Its day.
    pub day: Day,
    /// Of the interest accrued to that day.
    pub interest: Money,
    /// Of the principal.
    pub principal: Money,
    /// More than was owed: an unapplied credit.
    pub surplus: Money,
}

/// The law changed the agreed rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateAdjustment {
    /// Lifted to the LPR of the contract day (SME Payment Regulation art. 17).
    LiftedToFloor,
    /// Cut to four times the LPR of the contract day (Private Lending Provisions art. 25).
    Capped,
}

/// The interest on one claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interest {
    /// By day, without a hole while principal is left; empty when nothing accrued.
    pub lines: Vec<InterestLine>,
    /// The sum of the lines.
    pub total: Money,
    /// Less what was paid and waived, never below zero.
    pub unpaid: Money,
    /// Principal still owed.
    pub principal_left: Money,
    /// One a payment up to the cut-off, by day.
    pub applied: Vec<AppliedPayment>,
    /// Set when the law changed the agreed rate.
    pub adjustment: Option<RateAdjustment>,
}

/// The interest on `claim` up to its cut-off, line by line. The order of payments and waivers does not matter.
///
/// # Errors
/// [`InterestError`] says what is missing or wrong.
pub fn interest(claim: &InterestClaim<'_>) -> Result<Interest, InterestError> {
    let (schedule, adjustment) = schedule(claim)?;
    accrue(claim, &schedule, adjustment)
}

/// Rates by the day from which they hold; the first key is the first day past due.
pub(super) type Schedule = BTreeMap<Day, LineRate>;

pub(super) fn first_day_past_due(claim: &InterestClaim<'_>) -> Day {
    claim.due_day.plus_days(1)
}

fn schedule(
    claim: &InterestClaim<'_>,
) -> Result<(Schedule, Option<RateAdjustment>), InterestError> {
    let from = first_day_past_due(claim);
    let fixed = |rate| Schedule::from([(from, rate)]);
    Ok(match claim.basis {
        RateBasis::AgreedAnnual(rate) => (fixed(LineRate::Year(rate)), None),
        RateBasis::AgreedDaily(rate) => (fixed(LineRate::Day(rate)), None),
        RateBasis::Sme(SmeRate::NotAgreed) => {
            let daily = Percent::new(Decimal::new(SME_DAILY_HUNDREDTHS, 2))?;
            (fixed(LineRate::Day(daily)), None)
        }
        RateBasis::LprAtDefault { uplift } => {
            let rate = lpr_at_default(claim)?.times(factor(uplift)?)?;
            (fixed(LineRate::Year(rate)), None)
        }
        RateBasis::LprFloating { uplift } => (floating(claim, uplift)?, None),
        RateBasis::Sme(SmeRate::Agreed {
            annual,
            contract_day,
        }) => {
            let floor = published(claim, contract_day)?;
            let lifted = (annual < floor).then_some(RateAdjustment::LiftedToFloor);
            (fixed(LineRate::Year(annual.max(floor))), lifted)
        }
        RateBasis::PrivateLoan {
            annual,
            contract_day,
        } => {
            let cap = published(claim, contract_day)?.times(PRIVATE_LOAN_CAP.into())?;
            let capped = (annual > cap).then_some(RateAdjustment::Capped);
            (fixed(LineRate::Year(annual.min(cap))), capped)
        }
    })
}

fn floating(claim: &InterestClaim<'_>, uplift: Percent) -> Result<Schedule, InterestError> {
    let from = first_day_past_due(claim);
    let factor = factor(uplift)?;
    let first = lpr_at_default(claim)?.times(factor)?;
    let mut rates = Schedule::from([(from, LineRate::Year(first))]);
    for (day, rate) in claim.table.iter().flat_map(|table| table.after(from)) {
        rates.insert(day, LineRate::Year(rate.times(factor)?));
    }
    Ok(rates)
}

fn factor(uplift: Percent) -> Result<Decimal, InterestError> {
    let (least, most) = UPLIFT;
    if uplift.value() < Decimal::from(least) || uplift.value() > Decimal::from(most) {
        return Err(InterestError::Uplift(uplift));
    }
    Ok(Decimal::ONE.saturating_add(uplift.value() / Decimal::ONE_HUNDRED))
}

/// The LPR on the first day past due.
pub(super) fn lpr_at_default(claim: &InterestClaim<'_>) -> Result<Percent, InterestError> {
    let from = first_day_past_due(claim);
    if Some(from.0) < FIRST_LPR_DAY {
        return Err(InterestError::DefaultBeforeLpr);
    }
    published(claim, from)
}

fn published(claim: &InterestClaim<'_>, day: Day) -> Result<Percent, InterestError> {
    claim
        .table
        .and_then(|table| table.on(day))
        .ok_or(InterestError::NoRate(day))
}

pub(super) fn accrue(
    claim: &InterestClaim<'_>,
    schedule: &Schedule,
    adjustment: Option<RateAdjustment>,
) -> Result<Interest, InterestError> {
    if claim.principal.minor() < 0 {
        return Err(InterestError::Amount(claim.principal));
    }
    let from = first_day_past_due(claim);
    let end = claim.cut_off.plus_days(1);
    let payments = counted_payments(claim)?;
    let mut run = Run::new(claim, from, schedule)?;
    let days: BTreeSet<Day> = payments
        .iter()
        .map(|payment| payment.day)
        .chain(schedule.range(..end).map(|(day, _)| *day))
        .collect();
    for day in days {
        for payment in payments.iter().filter(|payment| payment.day == day) {
            run.pay(*payment)?;
        }
        if let Some(rate) = schedule.get(&day) {
            run.change_rate(day, *rate)?;
        }
    }
    run.close_line(end)?;
    let total = run.total()?;
    let waived = approved_waivers(claim)?;
    let zero = Money::zero(claim.principal.currency());
    Ok(Interest {
        unpaid: total.minus(run.interest_paid)?.minus(waived)?.max(zero),
        principal_left: run.principal,
        lines: run.lines,
        total,
        applied: run.applied,
        adjustment,
    })
}

fn counted_payments(claim: &InterestClaim<'_>) -> Result<Vec<ClaimPayment>, InterestError> {
    if let Some(wrong) = claim
        .payments
        .iter()
        .find(|paid| !paid.amount.is_positive())
    {
        return Err(InterestError::Amount(wrong.amount));
    }
    let mut payments: Vec<ClaimPayment> = claim
        .payments
        .iter()
        .filter(|payment| payment.day <= claim.cut_off)
        .copied()
        .collect();
    payments.sort_by_key(|payment| payment.day);
    Ok(payments)
}

fn approved_waivers(claim: &InterestClaim<'_>) -> Result<Money, InterestError> {
    let currency = claim.principal.currency();
    let approved = claim
        .waivers
        .iter()
        .filter(|waiver| waiver.approved == Approved::Yes);
    let mut sum = Money::zero(currency);
    for waiver in approved {
        if waiver.amount.minor() < 0 {
            return Err(InterestError::Amount(waiver.amount));
        }
        sum = sum.plus(waiver.amount)?;
    }
    Ok(sum)
}

/// The state between two events.
struct Run {
    day_count: DayCount,
    lines: Vec<InterestLine>,
    applied: Vec<AppliedPayment>,
    open_from: Day,
    rate: LineRate,
    principal: Money,
    interest_paid: Money,
}

impl Run {
    fn new(
        claim: &InterestClaim<'_>,
        from: Day,
        schedule: &Schedule,
    ) -> Result<Self, InterestError> {
        Ok(Self {
            day_count: claim.day_count,
            lines: Vec::new(),
            applied: Vec::new(),
            open_from: from,
            rate: *schedule.get(&from).ok_or(InterestError::NoRate(from))?,
            principal: claim.principal,
            interest_paid: Money::zero(claim.principal.currency()),
        })
    }

    /// The line from where it began to `to`; none before it begins or without principal.
    fn open_line(&self, to: Day) -> Result<Option<InterestLine>, InterestError> {
        let days = to.days_since(self.open_from);
        if days <= 0 || self.principal.is_zero() {
            return Ok(None);
        }
        let (numerator, denominator) = match self.rate {
            LineRate::Day(rate) => rate.fraction(),
            LineRate::Year(rate) => {
                let (numerator, denominator) = rate.fraction();
                (
                    numerator,
                    denominator.saturating_mul(self.day_count.days().into()),
                )
            }
        };
        let numerator = numerator.saturating_mul(days.into());
        Ok(Some(InterestLine {
            from: self.open_from,
            to,
            days,
            principal: self.principal,
            rate: self.rate,
            interest: self.principal.portion(numerator, denominator)?,
        }))
    }

    fn total(&self) -> Result<Money, InterestError> {
        let interest = self.lines.iter().map(|line| line.interest);
        Ok(Money::sum(self.principal.currency(), interest)?)
    }

    fn close_line(&mut self, to: Day) -> Result<(), InterestError> {
        self.lines.extend(self.open_line(to)?);
        self.open_from = self.open_from.max(to);
        Ok(())
    }

    fn change_rate(&mut self, day: Day, rate: LineRate) -> Result<(), InterestError> {
        if rate != self.rate {
            self.close_line(day)?;
            self.rate = rate;
        }
        Ok(())
    }

    fn pay(&mut self, payment: ClaimPayment) -> Result<(), InterestError> {
        let open = self.open_line(payment.day)?;
        let open = open.map_or(Money::zero(self.principal.currency()), |line| line.interest);
        let accrued = self.total()?.plus(open)?.minus(self.interest_paid)?;
        let interest = lesser(payment.amount, accrued)?;
        let rest = payment.amount.minus(interest)?;
        let principal = lesser(rest, self.principal)?;
        self.interest_paid = self.interest_paid.plus(interest)?;
        if principal.is_positive() {
            self.close_line(payment.day)?;
            self.principal = self.principal.minus(principal)?;
        }
        self.applied.push(AppliedPayment {
            day: payment.day,
            interest,
            principal,
            surplus: rest.minus(principal)?,
        });
        Ok(())
    }
}

/// The lesser of two amounts in one currency.
fn lesser(a: Money, b: Money) -> Result<Money, MoneyError> {
    Ok(if a.minus(b)?.is_positive() { b } else { a })
}

#[cfg(test)]
mod tests;
