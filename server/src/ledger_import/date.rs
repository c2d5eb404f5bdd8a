//! Days as people write them.

use std::str::FromStr as _;

use chrono::NaiveDate;
use countersign_core::domain::time::Day;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::Serialize;

use super::cell::{Cell, Epoch, fold, plausible};

/// In which order a date with slashes and the year last is written in a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// The year comes first, or nothing proves another order: then `3/4/2022` is no date.
    #[default]
    YearFirst,
    /// `1/26/2013`, proved by a date that can be nothing else.
    MonthFirst,
    /// `26/1/2013`, proved likewise.
    DayFirst,
}

/// What a date cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DateCell {
    /// An empty cell.
    Nothing,
    /// A day.
    Is(Day),
    /// Something that is no day.
    Bad,
}

/// Reads a date cell; `epoch` is for numbers that are not formatted as dates.
pub(crate) fn read_date(cell: Option<&Cell>, order: DateOrder, epoch: Epoch) -> DateCell {
    let day = match cell {
        None => return DateCell::Nothing,
        Some(Cell::Serial(serial, epoch)) => epoch.day(*serial),
        Some(Cell::Number(number)) => from_number(*number, epoch),
        Some(Cell::Text(text)) => from_text(&tight(text), order, epoch),
        Some(Cell::Error(_) | Cell::Logical(_) | Cell::Uncalculated) => None,
    };
    day.map_or(DateCell::Bad, |day| DateCell::Is(Day(day)))
}

/// The first day that a line of text names with its year first, such as a cut-off day.
pub(crate) fn day_in(text: &str) -> Option<Day> {
    let text = tight(text);
    let starts = text.match_indices("20").map(|(at, _)| at);
    starts
        .filter_map(|at| text.get(at..))
        .find_map(|rest| {
            let end = rest
                .find(|c: char| !(c.is_ascii_digit() || "年月日-/.".contains(c)))
                .unwrap_or(rest.len());
            rest.get(..end).and_then(|date| {
                from_text(
                    date.trim_end_matches('.'),
                    DateOrder::YearFirst,
                    Epoch::Since1900,
                )
            })
        })
        .map(Day)
}

/// The order that the dates with the year last prove together; `YearFirst` when there are none or they contradict.
pub(crate) fn proved_order<'a>(cells: impl Iterator<Item = &'a Cell>) -> DateOrder {
    let (mut month_first, mut day_first) = (false, false);
    for text in cells.filter_map(Cell::as_text) {
        if let Some((first, second, _)) = year_last(&tight(text)) {
            month_first |= second > 12 && first <= 12;
            day_first |= first > 12 && second <= 12;
        }
    }
    match (month_first, day_first) {
        (true, false) => DateOrder::MonthFirst,
        (false, true) => DateOrder::DayFirst,
        (true, true) | (false, false) => DateOrder::YearFirst,
    }
}

fn tight(text: &str) -> String {
    let folded = fold(text);
    // A time of day behind the date is cut off before blanks inside the date are closed.
    let (date, time) = folded.rsplit_once([' ', 'T']).unwrap_or((&folded, ""));
    let is_time = time.contains(':')
        && time
            .chars()
            .all(|c| c.is_ascii_digit() || ":.Z".contains(c));
    let date = if is_time { date } else { &folded };
    date.chars().filter(|c| *c != ' ').collect()
}

fn from_number(number: Decimal, epoch: Epoch) -> Option<NaiveDate> {
    if number >= Decimal::from(19_000_101) {
        if !number.fract().is_zero() {
            return None;
        }
        let packed = number.to_u32()?;
        return plausible(NaiveDate::from_ymd_opt(
            i32::try_from(packed / 10_000).ok()?,
            packed / 100 % 100,
            packed % 100,
        )?);
    }
    // A bare number is taken for a day serial only between 1990 and 2067 of the 1900 system.
    let is_serial = number >= Decimal::from(33_000) && number <= Decimal::from(61_000);
    if is_serial { epoch.day(number) } else { None }
}

fn from_text(text: &str, order: DateOrder, epoch: Epoch) -> Option<NaiveDate> {
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return match text.len() {
            8 => from_number(Decimal::from_str(text).ok()?, epoch),
            // Text keeps the serials of the 1900 system, whatever the workbook counts in.
            5 => from_number(Decimal::from_str(text).ok()?, Epoch::Since1900),
            _ => None,
        };
    }
    if let Some((first, second, year)) = year_last(text) {
        let (month, day) = match order {
            DateOrder::MonthFirst => (first, second),
            DateOrder::DayFirst => (second, first),
            DateOrder::YearFirst => return None,
        };
        return plausible(NaiveDate::from_ymd_opt(year, month, day)?);
    }
    let (year, rest) = text.split_once(['年', '-', '/', '.'])?;
    let (month, day) = rest.split_once(['月', '-', '/', '.'])?;
    let is_chinese = text.contains('年');
    if is_chinese != text.contains('月') {
        return None;
    }
    let day = if is_chinese {
        day.strip_suffix(['日', '号']).unwrap_or(day)
    } else {
        day
    };
    if year.len() != 4 {
        return None;
    }
    plausible(NaiveDate::from_ymd_opt(
        i32::try_from(digits(year)?).ok()?,
        short(month)?,
        short(day)?,
    )?)
}

/// Month and day, or day and month, and year of `1/26/2013`.
fn year_last(text: &str) -> Option<(u32, u32, i32)> {
    let mut parts = text.split('/');
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    Some((
        short(first)?,
        short(second)?,
        i32::try_from(digits(year)?).ok()?,
    ))
}

fn short(text: &str) -> Option<u32> {
    if text.len() > 2 { None } else { digits(text) }
}

fn digits(text: &str) -> Option<u32> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str, order: DateOrder) -> DateCell {
        read_date(Cell::text(text).as_ref(), order, Epoch::Since1900)
    }

    #[test]
    fn reads_days_as_people_write_them() {
        let day = DateCell::Is("2022-11-28".parse().unwrap());
        for written in [
            "2022年11月28日",
            "2022.11.28",
            "20221128",
            "2022/11/28",
            "2022-11-28",
            "44893",
            "２０２２．１１．２８",
            "2022 年 11 月 28 日",
            " 2022-11-28 ",
            "2022-11-28 00:00:00",
            "2022-11-28T08:30:00Z",
        ] {
            assert_eq!(reads(written, DateOrder::YearFirst), day, "{written}");
        }
        for number in [44893.0, 44893.75, 20_221_128.0] {
            assert_eq!(
                read_date(
                    Some(&Cell::number(number)),
                    DateOrder::YearFirst,
                    Epoch::Since1900
                ),
                day
            );
        }
    }

    #[test]
    fn refuses_what_is_no_day() {
        for written in [
            "2022.02.30",
            "2022年11月",
            "月底付款",
            "2022年13月5日",
            "见合同",
            "2022.11.31",
            "1/26/2013",
            "22.11.28",
            "2022-11",
            "12345678",
            "2022-11-28-1",
            "221128",
        ] {
            assert_eq!(
                reads(written, DateOrder::YearFirst),
                DateCell::Bad,
                "{written}"
            );
        }
        assert_eq!(reads("　", DateOrder::YearFirst), DateCell::Nothing);
    }

    #[test]
    fn a_date_that_can_be_nothing_else_proves_the_order_of_all() {
        let cells = |texts: &[&str]| {
            texts
                .iter()
                .filter_map(|t| Cell::text(t))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            proved_order(cells(&["1/2/2013", "1/26/2013"]).iter()),
            DateOrder::MonthFirst
        );
        assert_eq!(
            proved_order(cells(&["1/2/2013", "26/1/2013"]).iter()),
            DateOrder::DayFirst
        );
        assert_eq!(
            proved_order(cells(&["1/2/2013", "3/4/2013"]).iter()),
            DateOrder::YearFirst
        );
        assert_eq!(
            proved_order(cells(&["26/1/2013", "1/26/2013"]).iter()),
            DateOrder::YearFirst
        );
        assert_eq!(
            reads("1/2/2013", DateOrder::MonthFirst),
            DateCell::Is("2013-01-02".parse().unwrap())
        );
    }

    #[test]
    fn finds_the_cut_off_day_in_a_line() {
        let day = Some("2022-11-28".parse().unwrap());
        for line in [
            "截止日期：2022年11月28日",
            "截止2022.11.28",
            "2022年11月28日",
            "截至2022-11-28。",
            "As of 20221128",
        ] {
            assert_eq!(day_in(line), day, "{line}");
        }
        assert_eq!(day_in("2022年度应收账款"), None);
    }
}
