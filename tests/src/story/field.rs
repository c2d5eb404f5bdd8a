//! The team's part: two phones, no network, a customer who signs.

use serde_json::{Value, json};

use super::Broken;
use super::phone::Phone;

/// What the rep's phone did at the first stop.
#[derive(Debug, Clone)]
pub struct FirstStop {
    /// The stop.
    pub stop: String,
    /// The signed paper.
    pub signed: String,
    /// The total that was confirmed, as text.
    pub total: String,
}

pub(super) fn text(value: &Value, pointer: &str) -> Result<String, Broken> {
    let found = value
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(ToOwned::to_owned);
    found.ok_or_else(|| Broken::new(format!("no text at {pointer} in {value}")))
}

pub(super) fn check(is_so: Option<bool>, sentence: &str, seen: &Value) -> Result<(), Broken> {
    if is_so == Some(true) {
        Ok(())
    } else {
        Err(Broken::new(format!("{sentence}: {seen}")))
    }
}

/// Binds the phone with a one-time code; the code does not work twice.
///
/// # Errors
/// [`Broken`] when the phone is not bound afterwards.
pub fn enrol(phone: &mut Phone, server: &str, code: &str) -> Result<(), Broken> {
    let enrolment = json!({ "server_url": server, "code": code, "name": phone.name });
    phone.call("device.enrol", enrolment)?;
    let device = phone.call("device.read", json!({}))?;
    check(
        device.pointer("/enrolled").and_then(Value::as_bool),
        "the phone is not bound",
        &device,
    )
}

/// Fetches the morning's work: every plan says that it is ready for offline.
///
/// # Errors
/// [`Broken`] when something is missing.
pub fn morning(phone: &mut Phone, stops: usize) -> Result<(), Broken> {
    sync(phone)?;
    let today = phone.call("today.read", json!({}))?;
    let plans = today
        .pointer("/plans")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let is_ready = !plans.is_empty()
        && plans
            .iter()
            .all(|plan| plan.pointer("/ready") == Some(&Value::Bool(true)));
    check(Some(is_ready), "not ready for offline", &today)?;
    let found = today
        .pointer("/stops")
        .and_then(Value::as_array)
        .map_or(0, Vec::len);
    check(Some(found == stops), "another number of stops", &today)
}

/// The first stop of the day.
///
/// # Errors
/// [`Broken`] when there is none.
pub fn first_stop(phone: &mut Phone) -> Result<String, Broken> {
    let today = phone.call("today.read", json!({}))?;
    text(&today, "/stops/0/stop")
}

/// At the customer's without a network, with a kill after every stroke.
///
/// # Errors
/// [`Broken`] when something that was confirmed is gone.
pub fn at_the_customers(mut phone: Phone) -> Result<(Phone, FirstStop), Broken> {
    let stop = first_stop(&mut phone)?;
    phone.call("stop.check_in", json!({ "stop": stop, "fix": fix() }))?;
    let statement = phone.call("statement.read", json!({ "stop": stop }))?;
    let total = text(&statement, "/total/amount")?;
    text(&statement, "/total_words")?;
    let (mut phone, signed) = signature(phone, &stop)?;
    let amount = json!({ "currency": "CNY", "amount": total });
    phone.call(
        "promise.record",
        json!({ "stop": stop, "amount": amount, "due": "2099-12-31" }),
    )?;
    let edits = [
        ("notes", "业务员：客户认可欠款，财务盖章待补。"),
        ("next_step", "月底再访"),
    ];
    for (field, value) in edits {
        phone.call(
            "stop.edit",
            json!({ "stop": stop, "field": field, "value": value }),
        )?;
    }
    phone.call(
        "outcome.record",
        json!({ "stop": stop, "kind": "signed", "summary": "对账单已签字" }),
    )?;
    phone.call(
        "stop.check_out",
        json!({ "stop": stop, "missing": "timed_out" }),
    )?;
    Ok((
        phone,
        FirstStop {
            stop,
            signed,
            total,
        },
    ))
}

/// The customer signs; the app is killed after each stroke and after sealing.
fn signature(mut phone: Phone, stop: &str) -> Result<(Phone, String), Broken> {
    let begin = json!({
        "stop": stop,
        "signer": { "name": "样例李某", "title": "财务经理", "capacity": "duty_holder", "proof": "工牌" },
        "stroke_consent": "given",
        "consents": { "agreed_method": "given", "personal_data": "given" },
        "viewing": { "opened_ms": 1000, "scrolled_to_end_ms": 9000, "total_confirmed_ms": 12000 },
    });
    let signing = text(&phone.call("signing.begin", begin)?, "/signing")?;
    let short = phone.refused(
        "signing.finish",
        json!({ "signing": signing, "missing": "timed_out" }),
    )?;
    check(
        Some(short == "signature-too-short"),
        "an empty signature was not refused",
        &json!(short),
    )?;
    for number in 0..3 {
        phone.call(
            "signing.stroke",
            json!({ "signing": signing, "stroke": stroke(number) }),
        )?;
        phone = phone.kill_and_restart()?;
        phone.network("off")?;
        let view = phone.call("signing.read", json!({ "stop": stop }))?;
        let strokes = view
            .pointer("/strokes")
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        check(
            Some(strokes == number + 1),
            "a stroke is gone after a kill",
            &view,
        )?;
    }
    let finish = json!({ "signing": signing, "fix": fix() });
    let signed = text(&phone.call("signing.finish", finish.clone())?, "/entry")?;
    phone = phone.kill_and_restart()?;
    phone.network("off")?;
    let again = text(&phone.call("signing.finish", finish)?, "/entry")?;
    check(
        Some(again == signed),
        "sealing again after a kill made a second entry",
        &json!([signed, again]),
    )?;
    Ok((phone, signed))
}

/// The second team member types on another phone, also without a network.
///
/// # Errors
/// [`Broken`] when the edit is refused.
pub fn second_phone_writes(phone: &mut Phone, stop: &str) -> Result<(), Broken> {
    phone.call(
        "stop.edit",
        json!({ "stop": stop, "field": "notes", "value": "技术员：设备运行正常，无质量异议。" }),
    )?;
    phone
        .call(
            "stop.edit",
            json!({ "stop": stop, "field": "next_step", "value": "下周寄催款函" }),
        )
        .map(drop)
}

/// One exchange that must get through.
///
/// # Errors
/// [`Broken`] when a lane did not end.
pub fn sync(phone: &mut Phone) -> Result<(), Broken> {
    for _round in 0..3 {
        let report = phone.call("sync.run", json!({}))?;
        let is_done = ["/push", "/pull", "/blobs"]
            .iter()
            .all(|lane| report.pointer(lane).and_then(Value::as_str) == Some("done"));
        check(Some(is_done), "an exchange did not get through", &report)?;
    }
    Ok(())
}

/// Everything of the phone has its receipt.
///
/// # Errors
/// [`Broken`] when something has not.
pub fn all_green(phone: &mut Phone) -> Result<(), Broken> {
    let status = phone.call("sync.read", json!({}))?;
    check(
        status.pointer("/safe_to_close").and_then(Value::as_bool),
        "not everything has its receipt",
        &status,
    )
}

/// Without a network nothing is green and an exchange says so.
///
/// # Errors
/// [`Broken`] when something claims to have arrived.
pub fn nothing_is_green(phone: &mut Phone) -> Result<(), Broken> {
    let report = phone.reply_of("sync.run")?;
    let lane = report
        .pointer("/ok/push")
        .and_then(Value::as_str)
        .unwrap_or("no_connection");
    check(
        Some(lane != "done"),
        "an exchange without a network claims to be done",
        &report,
    )?;
    let status = phone.call("sync.read", json!({}))?;
    check(
        status
            .pointer("/safe_to_close")
            .and_then(Value::as_bool)
            .map(|safe| !safe),
        "green without a receipt",
        &status,
    )
}

/// Both people's notes are there; the field that both set shows both values; it is settled.
///
/// # Errors
/// [`Broken`] when a value is gone.
pub fn merged_and_settled(
    rep: &mut Phone,
    technician: &mut Phone,
    stop: &str,
) -> Result<(), Broken> {
    for phone in [&mut *rep, &mut *technician] {
        let view = phone.call("stop.read", json!({ "stop": stop }))?;
        let notes = text(&view, "/notes")?;
        let is_merged = notes.contains("客户认可欠款") && notes.contains("无质量异议");
        check(Some(is_merged), "notes of one of the two are gone", &view)?;
        let shown = view
            .pointer("/conflicts")
            .map(ToString::to_string)
            .unwrap_or_default();
        let is_shown = ["月底再访", "下周寄催款函", "样例业务员09", "样例技术员"]
            .iter()
            .all(|word| shown.contains(word));
        check(
            Some(is_shown),
            "the conflict does not show both values and authors",
            &view,
        )?;
    }
    let view = rep.call("stop.read", json!({ "stop": stop }))?;
    let document = text(&view, "/conflicts/0/document")?;
    let settle = json!({ "document": document, "field": "next_step", "value": "月底再访" });
    rep.call("conflict.settle", settle)?;
    sync(rep)?;
    sync(technician)?;
    let view = technician.call("stop.read", json!({ "stop": stop }))?;
    let is_settled = view
        .pointer("/conflicts")
        .and_then(Value::as_array)
        .map(Vec::is_empty);
    check(is_settled, "the settled conflict is still there", &view)
}

/// The send-back has arrived; the rep answers it.
///
/// # Errors
/// [`Broken`] when it did not arrive.
pub fn answer_send_back(phone: &mut Phone, stop: &str, reason: &str) -> Result<(), Broken> {
    sync(phone)?;
    let view = phone.call("stop.read", json!({ "stop": stop }))?;
    let sent_back = text(&view, "/sent_backs/0/entry")?;
    check(
        Some(text(&view, "/sent_backs/0/reason")? == reason),
        "another reason arrived",
        &view,
    )?;
    let answer = json!({ "stop": stop, "sent_back": sent_back, "text": "授权书照片已补，附财务经理任命文件编号。" });
    phone.call("send_back.answer", answer)?;
    sync(phone)
}

pub(super) fn fix() -> Value {
    json!({
        "lat_e7": 312_304_000, "lon_e7": 1_214_737_000, "crs": "wgs84", "accuracy_mm": 12_000, "age_ms": 900,
        "provider": "gps", "source": "measured",
    })
}

pub(super) fn stroke(number: usize) -> Value {
    let points: Vec<usize> = (0..24).collect();
    let column =
        |of: &dyn Fn(usize) -> usize| points.iter().map(|point| of(*point)).collect::<Vec<_>>();
    json!({
        "pointer": "touch",
        "cancelled": false,
        "x": column(&|i| 2_000 + i * 700 + number * 300),
        "y": column(&|i| 6_000 + (i % 5) * 900 + number * 2_500),
        "t": column(&|i| i * 12 + number * 600),
        "p": column(&|_| 400),
    })
}
