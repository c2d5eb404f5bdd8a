//! Values in and out of columns: ids, digests and days as their text, amounts as integers in the currency's minor unit.

use std::error::Error;
use std::str::FromStr;

use rusqlite::Row;
use rusqlite::types::Type;
use rust_decimal::Decimal;

use crate::domain::money::{Currency, Money};

/// The value of a text column, parsed.
pub(crate) fn parsed<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<T>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    let text: String = row.get(column)?;
    parse(row, column, &text)
}

/// The value of a text column that may be null, parsed.
pub(crate) fn parsed_or_null<T>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    let text: Option<String> = row.get(column)?;
    text.map(|text| parse(row, column, &text)).transpose()
}

fn parse<T>(row: &Row<'_>, column: &str, text: &str) -> rusqlite::Result<T>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    let index = row.as_ref().column_index(column)?;
    text.parse().map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(index, Type::Text, Box::new(error))
    })
}

/// An amount in its currency's minor unit.
///
/// # Errors
/// An amount beyond 64 bits (about 9.2e16 yuan); the import refuses such amounts.
pub(crate) fn minor(money: Money) -> rusqlite::Result<i64> {
    i64::try_from(money.amount().mantissa())
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The amount of a column in minor units; null, as an empty sum gives, is zero.
pub(crate) fn money(row: &Row<'_>, column: &str, currency: Currency) -> rusqlite::Result<Money> {
    let minor: Option<i64> = row.get(column)?;
    Ok(Money::rounded(
        currency,
        Decimal::new(minor.unwrap_or(0), currency.scale()),
    ))
}

/// A value's text, as a parameter.
pub(crate) fn text(value: &impl ToString) -> String {
    value.to_string()
}
