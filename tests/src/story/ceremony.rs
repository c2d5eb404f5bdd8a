//! The rest of the ceremony: a promise paper that is countersigned, and a refusal that leads to a letter.

use serde_json::{Value, json};

use super::Broken;
use super::field::{check, fix, stroke, text};
use super::office::at_desk;
use super::phone::Phone;

/// A promise paper that was signed, countersigned and handed over.
#[derive(Debug, Clone)]
pub struct PromisePaper {
    /// The stop.
    pub stop: String,
    /// The signed paper.
    pub signed: String,
}

/// The stop at a place of the day's list, from 0, checked in.
fn arrive(phone: &mut Phone, place: usize) -> Result<String, Broken> {
    let today = phone.call("today.read", json!({}))?;
    let stop = text(&today, &format!("/stops/{place}/stop"))?;
    phone.call("stop.check_in", json!({ "stop": stop, "fix": fix() }))?;
    Ok(stop)
}

fn draw_and_seal(phone: &mut Phone, signing: &str) -> Result<String, Broken> {
    for number in 0..3 {
        phone.call(
            "signing.stroke",
            json!({ "signing": signing, "stroke": stroke(number) }),
        )?;
    }
    let finish = json!({ "signing": signing, "missing": "timed_out" });
    text(&phone.call("signing.finish", finish)?, "/entry")
}

/// At the second stop the customer promises two instalments in writing; what the signature does is said before.
///
/// # Errors
/// [`Broken`] when the paper, its effect or what is bound to it is not as it was shown.
pub fn promise_paper(phone: &mut Phone) -> Result<PromisePaper, Broken> {
    let stop = arrive(phone, 1)?;
    let part = |amount: &str, due: &str| json!({ "amount": { "currency": "CNY", "amount": amount }, "due": due });
    let plan = json!({
        "kind": "promise",
        "instalments": [part("1000.00", "2099-11-30"), part("500.00", "2099-12-31")],
    });
    let guarantors = json!([{ "name": "样例王某", "signs": true }]);
    let shown = phone.call(
        "paper.read",
        json!({ "stop": stop, "paper": plan, "guarantors": guarantors }),
    )?;
    check(
        shown.pointer("/findings").map(|found| *found == json!([])),
        "the promise paper is not fit",
        &shown,
    )?;
    let asked = json!({
        "stop": stop, "paper": plan, "guarantors": guarantors, "capacity": "legal_representative", "title": "",
    });
    let effect = phone.call("signing.effect", asked)?;
    check(
        Some(effect.to_string().contains("辅助说明，非法律意见")),
        "the effect does not say what it is",
        &effect,
    )?;
    let begin = json!({
        "stop": stop,
        "paper": plan,
        "guarantors": guarantors,
        "signer": { "name": "样例赵某", "title": "", "capacity": "legal_representative", "proof": "营业执照" },
        "stroke_consent": "given",
        "consents": { "agreed_method": "given", "personal_data": "given" },
        "viewing": { "opened_ms": 1000, "scrolled_to_end_ms": 9000, "total_confirmed_ms": 12000 },
    });
    let signing = text(&phone.call("signing.begin", begin)?, "/signing")?;
    let signed = draw_and_seal(phone, &signing)?;
    bind(phone, &signed)?;
    let view = phone.call("entry.read", json!({ "entry": signed }))?;
    check(
        view.pointer("/effect/lines")
            .map(|lines| Some(lines) == effect.pointer("/effect/lines")),
        "another effect was sealed than was shown",
        &view,
    )?;
    let promised = phone.call("stop.read", json!({ "stop": stop }))?;
    check(
        promised.pointer("/row/promise").map(|made| !made.is_null()),
        "the signed paper made no promise",
        &promised,
    )?;
    Ok(PromisePaper { stop, signed })
}

fn countersign(phone: &mut Phone, signed: &str, role: &str, name: &str) -> Result<(), Broken> {
    let begin =
        json!({ "entry": signed, "role": role, "name": name, "stroke_consent": "withheld" });
    let signing = text(&phone.call("countersign.begin", begin)?, "/signing")?;
    draw_and_seal(phone, &signing).map(drop)
}

/// The guarantor signs on the same phone; the customer has a copy.
fn bind(phone: &mut Phone, signed: &str) -> Result<(), Broken> {
    countersign(phone, signed, "guarantor", "样例王某")?;
    phone.call(
        "copy.record",
        json!({ "entry": signed, "person": "样例赵某", "form": "photograph" }),
    )?;
    let view = phone.call("entry.read", json!({ "entry": signed }))?;
    let bound = view
        .pointer("/completeness/countersigned")
        .and_then(Value::as_array);
    check(
        Some(bound.map(Vec::len) == Some(1)),
        "a countersignature is not bound to the paper",
        &view,
    )
}

/// At the third stop nobody signs: two statements, and a letter with a day.
///
/// # Errors
/// [`Broken`] when the script proposes no letter or the stop does not show it.
pub fn refusal_script(phone: &mut Phone) -> Result<String, Broken> {
    let stop = arrive(phone, 2)?;
    let script = phone.call("refusal.script", json!({ "stop": stop }))?;
    let label = text(&script, "/label")?;
    let post_by = text(&script, "/post_by")?;
    let says = |name: &str| json!({ "name": name, "member": null, "words": "出示了对账单，对方看后不签。" });
    let refusal = json!({
        "stop": stop, "person": "样例孙某", "reason": "delay", "words": "等总部答复",
        "members": [says("样例业务员09"), says("样例技术员")], "label": label, "post_by": post_by,
    });
    phone.call("refusal.record", refusal)?;
    let view = phone.call("stop.read", json!({ "stop": stop }))?;
    check(
        Some(text(&view, "/posting/post_by")? == post_by),
        "the stop does not show until when the letter goes out",
        &view,
    )?;
    Ok(stop)
}

/// The technician countersigns on his own phone, later.
///
/// # Errors
/// [`Broken`] when the paper has not arrived there.
pub fn technician_countersigns(phone: &mut Phone, promise: &PromisePaper) -> Result<(), Broken> {
    countersign(phone, &promise.signed, "team_member", "样例技术员")
}

/// The technician, on his own phone, says what he saw of a refusal.
///
/// # Errors
/// [`Broken`] when the refusal has not arrived there.
pub fn second_member_witnesses(phone: &mut Phone, stop: &str) -> Result<(), Broken> {
    let view = phone.call("stop.read", json!({ "stop": stop }))?;
    let refusal = view
        .pointer("/timeline")
        .and_then(Value::as_array)
        .and_then(|entries| {
            entries
                .iter()
                .find(|entry| entry.pointer("/detail/kind") == Some(&json!("refusal")))
        })
        .ok_or_else(|| Broken::new(format!("the refusal has not arrived: {view}")))?;
    let refusal = text(refusal, "/entry")?;
    phone
        .call(
            "refusal.witness",
            json!({ "stop": stop, "refusal": refusal, "words": "我也在场，对方拒签。" }),
        )
        .map(drop)
}

/// The manager reads the promise paper with what belongs to it, and the refusal with its letter.
///
/// # Errors
/// [`Broken`] when a page lacks something.
pub fn manager_reads(server: &str, promise: &PromisePaper, refused: &str) -> Result<(), Broken> {
    let mut manager = at_desk(server, "manager")?;
    manager
        .open(&format!("/visits/{}", promise.stop))?
        .must_say("还款承诺书")?
        .must_say("保证人 样例王某 已签字")?
        .must_say("在场人员 样例技术员 已签字")?
        .must_say("副本已交")?;
    manager
        .open(&format!("/entries/{}/signed", promise.signed))?
        .must_say("承诺人承诺于2099年11月30日前支付")?
        .must_say("辅助说明，非法律意见")?;
    manager
        .open(&format!("/visits/{refused}"))?
        .must_say("催款函")?
        .must_say("等总部答复")?
        .must_say("我也在场")
        .map(drop)
}
