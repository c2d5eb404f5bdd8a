//! The legal-effect preview (签署后果): what a signature does, said before anybody signs, from rules only.
//!
//! Five points in a fixed order: what is confirmed; whether and until when limitation restarts; what becomes of the
//! contractual penalty; which guarantor is not bound; what the signer's capacity does not carry and what would. It says what a
//! signature does *not* do as plainly as what it does. The text and [`RULE_VERSION`] are sealed with the signature, so that it
//! can be shown later what the signer had read.
//!
//! An assistant's text, not advice: a lawyer signs it off. Sources: Civil Code (2021) art. 170, 172, 188, 192, 195, 203,
//! 692–695; Limitation Provisions (2020) art. 8, 14, 19; Sale Contract Interpretation (2020) art. 18; Guarantee Interpretation
//! (2020) art. 34; Contract General Part Interpretation (2023) art. 21, 22.

use super::amount_in_words::WordsError;
use super::calendar::Calendar;
use super::limitation::{Limitation, LimitationBasis, limitation};
use super::money::Money;
use super::promise::Instalment;
use super::signer::{
    Capacity, CustomerKind, Effect, EffectLevel, GuarantorNamed, SealCondition, signer_effect,
};
use super::statement_lint::LintFinding;
use super::statement_text::{
    ClaimAge, Maturity, PENALTY_REPLACED, PENALTY_RESERVED, TERM_KEPT, words_and_digits,
};
use super::time::Day;

/// Raised by every change of wording or rule below.
pub const RULE_VERSION: u32 = 1;
/// How every text ends.
pub const NOT_ADVICE: &str = "辅助说明，非法律意见";

/// The paper that is to be signed, with its figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmed<'a> {
    /// Statement form A: principal only.
    StatementA {
        /// The principal.
        principal: Money,
        /// As of which day.
        cut_off: Day,
    },
    /// Statement form B: full settlement.
    StatementB {
        /// The principal.
        principal: Money,
        /// The interest that replaces the contractual penalty.
        interest: Money,
        /// As of which day.
        cut_off: Day,
    },
    /// A written promise that leaves the term of payment alone.
    Promise(&'a [Instalment]),
    /// A receipt for a visit or a demand letter that states the demand.
    Receipt {
        /// The principal demanded.
        principal: Money,
        /// As of which day.
        cut_off: Day,
    },
    /// What was found about a dispute. It neither demands nor promises.
    Finding,
}

/// Whether the paper has the words 同意继续履行上述全部债务.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpressAgreement {
    /// It has.
    Contained,
    /// It has not.
    Absent,
}

/// Everything the effect depends on.
#[derive(Debug, Clone, Copy)]
pub struct LegalEffectOf<'a> {
    /// The paper.
    pub confirmed: Confirmed<'a>,
    /// What of the claim has fallen due.
    pub maturity: Maturity,
    /// Whether the claim is past its last day.
    pub age: ClaimAge,
    /// Whether the paper has the express agreement to perform.
    pub agreement: ExpressAgreement,
    /// Who owes.
    pub customer: CustomerKind,
    /// The signer's capacity.
    pub capacity: Capacity,
    /// How the signer's position is printed, such as 财务人员.
    pub capacity_named: &'a str,
    /// Whether the contract asks for the seal.
    pub seal: SealCondition,
    /// The guarantors, each by name.
    pub guarantors: &'a [GuarantorNamed],
    /// The day of the signature.
    pub signing_day: Day,
}

/// What a signature does, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalEffect {
    /// [`RULE_VERSION`].
    pub rule_version: u32,
    /// The points, numbered and in order, then [`NOT_ADVICE`]; exactly what a screen shows.
    pub lines: Vec<String>,
    /// Until when limitation runs when the signature restarts it, by the words of the law.
    pub last_day: Option<Day>,
    /// The day to plan with then.
    pub act_by: Option<Day>,
    /// Whether `last_day` rests on published calendars only.
    pub calendar_published: bool,
    /// What stops the paper: a bare signature under an expired claim is not enough (Civil Code art. 192).
    pub blocked_by: Option<LintFinding>,
}

impl LegalEffect {
    /// The points as one paragraph.
    #[must_use]
    pub fn text(&self) -> String {
        let (last, points) = self
            .lines
            .split_last()
            .map_or(("", &[][..]), |(last, points)| (last.as_str(), points));
        format!("{}。{last}。", points.join("；"))
    }
}

/// What a signature as described does.
///
/// # Errors
/// [`WordsError`] when an amount cannot be written in words.
pub fn legal_effect_text(
    of: &LegalEffectOf<'_>,
    calendar: &Calendar,
) -> Result<LegalEffect, WordsError> {
    let effect = signer_effect(of.customer, of.capacity, of.seal);
    // The day of the signature plays the part of a refusal at the first demand: the clock starts on it.
    let basis = LimitationBasis::RefusedAtFirstDemand(of.signing_day);
    let clock = limitation(&basis, &[], of.signing_day, calendar);
    let restarts = of.age == ClaimAge::Running
        && of.maturity != Maturity::NotDue
        && of.restarting(effect) != EffectLevel::No;
    let mut points = vec![
        of.confirms(effect)?,
        of.limitation(effect, &clock),
        of.penalty(),
    ];
    points.extend(
        of.guarantors
            .iter()
            .map(|guarantor| of.guarantor(guarantor)),
    );
    points.push(of.signer(effect));
    Ok(LegalEffect {
        rule_version: RULE_VERSION,
        lines: numbered(points),
        last_day: restarts.then_some(clock.last_day),
        act_by: restarts.then_some(clock.act_by),
        calendar_published: clock.calendar_published,
        blocked_by: of.is_insufficient().then_some(LintFinding::D1),
    })
}

/// What a guarantor's own signature does: a demand reached him, and nothing else (Civil Code art. 692–695; Guarantee
/// Interpretation (2020) art. 34).
#[must_use]
pub fn guarantor_effect_text(name: &str, signing_day: Day, calendar: &Calendar) -> LegalEffect {
    let basis = LimitationBasis::RefusedAtFirstDemand(signing_day);
    let clock = limitation(&basis, &[], signing_day, calendar);
    let points = vec![
        format!(
            "{name}仅以保证人身份签署，证明{}收到催款",
            signing_day.chinese()
        ),
        format!(
            "连带责任保证且保证期间尚未届满的，保证债务的诉讼时效自{}起计算，至{}届满（民法典693、694条）；一般保证的保证期间不因收到催款而停止计算",
            signing_day.chinese(),
            clock.last_day.chinese()
        ),
        "保证期间已经届满的，本签字不使保证责任恢复（担保制度解释34条）".to_owned(),
        "本签字不构成对主债务履行期变更的书面同意（民法典695条）".to_owned(),
    ];
    LegalEffect {
        rule_version: RULE_VERSION,
        lines: numbered(points),
        last_day: Some(clock.last_day),
        act_by: Some(clock.act_by),
        calendar_published: clock.calendar_published,
        blocked_by: None,
    }
}

fn numbered(points: Vec<String>) -> Vec<String> {
    const NUMBERS: [char; 20] = [
        '①', '②', '③', '④', '⑤', '⑥', '⑦', '⑧', '⑨', '⑩', '⑪', '⑫', '⑬', '⑭', '⑮', '⑯', '⑰', '⑱',
        '⑲', '⑳',
    ];
    let mut lines: Vec<String> = points
        .into_iter()
        .enumerate()
        .map(|(index, point)| match NUMBERS.get(index) {
            Some(number) => format!("{number} {point}"),
            None => format!("（{}） {point}", index + 1),
        })
        .collect();
    lines.push(NOT_ADVICE.to_owned());
    lines
}

impl LegalEffectOf<'_> {
    /// The effect by which this paper restarts limitation.
    const fn restarting(&self, effect: Effect) -> EffectLevel {
        match self.confirmed {
            Confirmed::StatementA { .. } | Confirmed::Receipt { .. } => effect.demand_received,
            Confirmed::StatementB { .. } => effect.amount_admitted,
            Confirmed::Promise(_) => effect.promise_binding,
            Confirmed::Finding => EffectLevel::No,
        }
    }

    /// The effect by which this paper agrees to perform an expired claim.
    const fn agreeing(&self, effect: Effect) -> EffectLevel {
        match (self.agreement, self.confirmed) {
            (ExpressAgreement::Absent, _) | (_, Confirmed::Receipt { .. } | Confirmed::Finding) => {
                EffectLevel::No
            }
            (
                ExpressAgreement::Contained,
                Confirmed::StatementA { .. } | Confirmed::StatementB { .. },
            ) => effect.amount_admitted,
            (ExpressAgreement::Contained, Confirmed::Promise(_)) => effect.promise_binding,
        }
    }

    /// Whether the paper admits nothing, so that an expired claim needs no express agreement on it.
    const fn is_receipt(&self) -> bool {
        matches!(
            self.confirmed,
            Confirmed::Receipt { .. } | Confirmed::Finding
        )
    }

    fn is_insufficient(&self) -> bool {
        self.age == ClaimAge::Expired
            && self.agreement == ExpressAgreement::Absent
            && !self.is_receipt()
    }

    fn confirms(&self, effect: Effect) -> Result<String, WordsError> {
        Ok(match self.confirmed {
            Confirmed::StatementA { principal, cut_off } => {
                let verb = match effect.amount_admitted {
                    EffectLevel::Yes => "确认",
                    EffectLevel::NeedsProof | EffectLevel::No => "本对账单载明",
                };
                format!(
                    "{verb}截至{}尚欠货款本金{}",
                    cut_off.chinese(),
                    words_and_digits(principal)?
                )
            }
            Confirmed::StatementB {
                principal,
                interest,
                cut_off,
            } => format!(
                "载明截至{}应付本金{}、逾期付款利息{}",
                cut_off.chinese(),
                words_and_digits(principal)?,
                words_and_digits(interest)?
            ),
            Confirmed::Promise(instalments) => {
                let parts = instalments.iter().map(|part| {
                    Ok(format!(
                        "于{}前支付{}",
                        part.due.chinese(),
                        words_and_digits(part.amount)?
                    ))
                });
                let parts: Vec<String> = parts.collect::<Result<_, WordsError>>()?;
                format!("承诺{}", parts.join("，"))
            }
            Confirmed::Receipt { principal, cut_off } => format!(
                "签收催款；催款载明截至{}尚欠货款本金{}，签收不构成对金额的确认",
                cut_off.chinese(),
                words_and_digits(principal)?
            ),
            Confirmed::Finding => {
                "证明签署人已阅知异议的处理结论；不构成对账款金额的确认，也不变更账款金额"
                    .to_owned()
            }
        })
    }

    fn limitation(&self, effect: Effect, clock: &Limitation) -> String {
        if self.confirmed == Confirmed::Finding {
            return "本结论书不是催款，诉讼时效不因签署而重新计算；催款另行出示对账单或催款函"
                .to_owned();
        }
        if self.age == ClaimAge::Expired {
            return self.expired(effect);
        }
        if self.maturity == Maturity::NotDue {
            return "款项均未到期，诉讼时效尚未起算".to_owned();
        }
        let restart = format!(
            "诉讼时效自{}起重新计算，至{}届满（民法典195、203条）",
            self.signing_day.chinese(),
            clock.last_day.chinese()
        );
        let is_demand = matches!(
            self.confirmed,
            Confirmed::StatementA { .. } | Confirmed::Receipt { .. }
        );
        match (self.restarting(effect), is_demand) {
            (EffectLevel::Yes, true) if effect.amount_admitted == EffectLevel::No => {
                format!("证明收到催款；{restart}")
            }
            (EffectLevel::Yes, _) => restart,
            (EffectLevel::NeedsProof, true) => format!("如能证明送达，{restart}"),
            (EffectLevel::NeedsProof, false) => format!("如能证明签署人有权签署，{restart}"),
            (EffectLevel::No, true) => "不能证明催款送达，诉讼时效不因此重新计算".to_owned(),
            (EffectLevel::No, false) => "签署人无权作出该表示，诉讼时效不因此重新计算".to_owned(),
        }
    }

    fn expired(&self, effect: Effect) -> String {
        let bars = "签署后不得再以诉讼时效期间届满抗辩（民法典192条、诉讼时效规定19条）";
        let rest = match self.agreeing(effect) {
            EffectLevel::Yes => format!("本文件载明同意继续履行上述全部债务，{bars}"),
            EffectLevel::NeedsProof => {
                format!("本文件载明同意继续履行上述全部债务；如能证明签署人有权作出该同意，{bars}")
            }
            EffectLevel::No => "仅签收不产生恢复效果（民法典192条）".to_owned(),
        };
        format!("诉讼时效期间已届满，{rest}")
    }

    fn penalty(&self) -> String {
        match self.confirmed {
            Confirmed::StatementA { .. } | Confirmed::Receipt { .. } => PENALTY_RESERVED.to_owned(),
            Confirmed::StatementB { .. } => format!(
                "以上数额为该期间逾期付款责任的全部，{PENALTY_REPLACED}（买卖合同解释18条）"
            ),
            Confirmed::Promise(_) | Confirmed::Finding => {
                format!("{TERM_KEPT}，{PENALTY_RESERVED}")
            }
        }
    }

    fn guarantor(&self, guarantor: &GuarantorNamed) -> String {
        let GuarantorNamed { name, signs } = guarantor;
        if *signs {
            return format!(
                "保证人{name}另行签字，仅代表其本人收到催款；其保证期间不因此延长（民法典692条）"
            );
        }
        let paper = match self.confirmed {
            Confirmed::Promise(_) => "承诺",
            Confirmed::Finding => "结论",
            Confirmed::StatementA { .. }
            | Confirmed::StatementB { .. }
            | Confirmed::Receipt { .. } => "确认",
        };
        format!("保证人{name}未签字，不受本{paper}约束，其保证期间不变（692、695条）")
    }

    /// Whether knowing of a finding is the customer's knowing: whoever may admit the amount, or may be shown to.
    fn reader(&self, effect: Effect) -> String {
        let named = format!("签署人身份：{}", self.capacity_named);
        match effect.amount_admitted {
            EffectLevel::Yes => format!("{named}，有权签署"),
            EffectLevel::NeedsProof => {
                format!("{named}，以欠款人名义接受结论须加盖公章或补充授权（170、172条）")
            }
            EffectLevel::No => format!("{named}，仅证明其本人阅知，结论对欠款人没有约束力"),
        }
    }

    /// What the capacity does not carry, and what would.
    fn signer(&self, effect: Effect) -> String {
        if self.confirmed == Confirmed::Finding {
            return self.reader(effect);
        }
        let mut lacks = Vec::new();
        if !matches!(self.confirmed, Confirmed::Promise(_)) {
            match effect.demand_received {
                EffectLevel::Yes => {}
                EffectLevel::NeedsProof => {
                    lacks.push("送达须另有佐证（录像、在场人员）或授权".to_owned());
                }
                EffectLevel::No => lacks.push("签收对欠款人不发生送达效力".to_owned()),
            }
        }
        let (level, what) = match self.confirmed {
            Confirmed::StatementA { .. } | Confirmed::StatementB { .. } => {
                (effect.amount_admitted, "金额确认")
            }
            Confirmed::Promise(_) => (effect.promise_binding, "付款承诺"),
            Confirmed::Receipt { .. } | Confirmed::Finding => (EffectLevel::Yes, ""),
        };
        match (level, self.customer) {
            (EffectLevel::Yes, _) => {}
            (EffectLevel::NeedsProof, CustomerKind::Company) => {
                lacks.push(format!("{what}须加盖公章或补充授权（170、172条）"));
            }
            (EffectLevel::NeedsProof, CustomerKind::NaturalPerson) => {
                lacks.push(format!("{what}须补充书面授权（165、172条）"));
            }
            (EffectLevel::No, _) if what == "金额确认" => {
                lacks.push("不构成对金额的确认".to_owned());
            }
            (EffectLevel::No, _) => {
                lacks.push(format!(
                    "{what}对欠款人没有约束力，须由有权签署的人另行签署"
                ));
            }
        }
        if self.seal == SealCondition::Required && !self.capacity.has_company_seal() {
            lacks.push("合同约定以盖章为条件，须另行加盖公章（合同编通则解释22条）".to_owned());
        }
        let named = format!("签署人身份：{}", self.capacity_named);
        if lacks.is_empty() {
            format!("{named}，有权签署")
        } else {
            format!("{named}，{}", lacks.join("；"))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::cases::{self, yuan};
    use super::super::signer::tests::capacity;
    use super::*;

    fn guarantors(input: &Value) -> Vec<GuarantorNamed> {
        input["guarantors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| GuarantorNamed {
                name: cases::text(&one["name"]),
                signs: one["signed"] == true,
            })
            .collect()
    }

    fn instalments(input: &Value) -> Vec<Instalment> {
        cases::maybe_day(&input["promised_day"])
            .map(|due| Instalment {
                amount: cases::money(&input["amount"]),
                due,
            })
            .into_iter()
            .collect()
    }

    fn effect_of(input: &Value) -> LegalEffect {
        let principal = cases::money(&input["amount"]);
        let instalments = instalments(input);
        let confirmed = match input["form"].as_str().unwrap() {
            "A" => Confirmed::StatementA {
                principal,
                cut_off: cases::day(&input["cut_off"]),
            },
            "B" => Confirmed::StatementB {
                principal,
                interest: cases::money(&input["interest"]),
                cut_off: cases::day(&input["cut_off"]),
            },
            "Promise" => Confirmed::Promise(&instalments),
            other => panic!("no such form: {other}"),
        };
        let of = LegalEffectOf {
            confirmed,
            maturity: Maturity::Due,
            age: if input["expired"] == true {
                ClaimAge::Expired
            } else {
                ClaimAge::Running
            },
            agreement: if input["has_express_agreement"] == true {
                ExpressAgreement::Contained
            } else {
                ExpressAgreement::Absent
            },
            customer: CustomerKind::Company,
            capacity: capacity(&input["capacity"]),
            capacity_named: input["capacity_zh"].as_str().unwrap(),
            seal: SealCondition::NotAgreed,
            guarantors: &guarantors(input),
            signing_day: cases::day(&input["signing_day"]),
        };
        legal_effect_text(&of, &Calendar::published()).unwrap()
    }

    #[test]
    fn worked_cases() {
        for case in cases::of("legal_effect_text", 5) {
            let effect = effect_of(&case.input);
            let text = effect.text();
            let id = &case.id;
            assert_eq!(
                effect.last_day,
                cases::maybe_day(&case.expected["last_day"]),
                "{id}"
            );
            assert_eq!(
                effect.act_by,
                cases::maybe_day(&case.expected["act_by"]),
                "{id}"
            );
            assert_eq!(
                effect.blocked_by.map(cases::wire_name).as_deref(),
                case.expected["blocked_by"].as_str(),
                "{id}"
            );
            let words = |key: &str| -> Vec<String> {
                let listed = case.expected[key].as_array().unwrap();
                listed.iter().map(cases::text).collect()
            };
            for wanted in words("must_contain") {
                assert!(text.contains(&wanted), "{id}: {wanted} is not in {text}");
            }
            for unwanted in words("must_not_contain") {
                assert!(!text.contains(&unwanted), "{id}: {unwanted} is in {text}");
            }
        }
    }

    #[test]
    fn the_sample_of_the_domain_page_reads_as_printed() {
        let effect = effect_of(&cases::of("legal_effect_text", 5)[0].input);
        assert_eq!(
            effect.text(),
            "① 本对账单载明截至2026年6月30日尚欠货款本金人民币叁拾捌万陆仟肆佰贰拾元整（¥386,420.00）；\
             ② 如能证明送达，诉讼时效自2026年7月15日起重新计算，至2029年7月16日届满（民法典195、203条）；\
             ③ 不影响合同约定的逾期付款违约责任；④ 保证人样例王某未签字，不受本确认约束，其保证期间不变（692、695条）；\
             ⑤ 签署人身份：财务人员，送达须另有佐证（录像、在场人员）或授权；金额确认须加盖公章或补充授权（170、172条）。\
             辅助说明，非法律意见。"
        );
    }

    fn statement(capacity: Capacity) -> LegalEffectOf<'static> {
        LegalEffectOf {
            confirmed: Confirmed::StatementA {
                principal: yuan("100.00"),
                cut_off: "2026-06-30".parse().unwrap(),
            },
            maturity: Maturity::Due,
            age: ClaimAge::Running,
            agreement: ExpressAgreement::Absent,
            customer: capacity.customer_kind(),
            capacity,
            capacity_named: capacity.chinese(),
            seal: SealCondition::NotAgreed,
            guarantors: &[],
            signing_day: "2026-07-15".parse().unwrap(),
        }
    }

    fn text(of: &LegalEffectOf<'_>) -> LegalEffect {
        legal_effect_text(of, &Calendar::published()).unwrap()
    }

    #[test]
    fn an_expired_claim_needs_the_express_agreement_of_somebody_entitled() {
        let mut of = statement(Capacity::LegalRepresentative);
        of.age = ClaimAge::Expired;
        assert_eq!(text(&of).blocked_by, Some(LintFinding::D1));
        of.agreement = ExpressAgreement::Contained;
        let agreed = text(&of);
        assert_eq!((agreed.blocked_by, agreed.last_day), (None, None));
        assert!(agreed.text().contains("不得再以诉讼时效期间届满抗辩"));
        of.capacity = Capacity::MailRoom;
        assert!(text(&of).text().contains("仅签收不产生恢复效果"));
    }

    #[test]
    fn what_is_not_due_restarts_nothing() {
        let mut of = statement(Capacity::LegalRepresentative);
        of.maturity = Maturity::NotDue;
        let effect = text(&of);
        assert_eq!(effect.last_day, None);
        assert!(effect.text().contains("诉讼时效尚未起算"), "{effect:?}");
    }

    #[test]
    fn a_receipt_admits_no_amount_and_a_duty_holders_promise_binds_nobody() {
        let mut of = statement(Capacity::LegalRepresentative);
        of.confirmed = Confirmed::Receipt {
            principal: yuan("100.00"),
            cut_off: "2026-06-30".parse().unwrap(),
        };
        let receipt = text(&of);
        assert!(receipt.text().contains("签收不构成对金额的确认"));
        assert_eq!(receipt.last_day, Some("2029-07-16".parse().unwrap()));
        let parts = [Instalment {
            amount: yuan("50.00"),
            due: "2026-08-31".parse().unwrap(),
        }];
        let mut of = statement(Capacity::DutyHolder);
        of.confirmed = Confirmed::Promise(&parts);
        let promise = text(&of);
        assert_eq!(promise.last_day, None);
        assert!(promise.text().contains("付款承诺对欠款人没有约束力"));
    }

    #[test]
    fn a_seal_that_the_contract_asks_for_is_named() {
        let mut of = statement(Capacity::LegalRepresentative);
        of.seal = SealCondition::Required;
        assert!(text(&of).text().contains("合同约定以盖章为条件"));
        of.capacity = Capacity::CompanySealWithDutyHolder;
        assert!(!text(&of).text().contains("合同约定以盖章为条件"));
    }

    #[test]
    fn a_guarantor_signs_for_himself_only() {
        let effect = guarantor_effect_text(
            "样例王某",
            "2026-07-15".parse().unwrap(),
            &Calendar::published(),
        );
        let text = effect.text();
        for words in [
            "样例王某仅以保证人身份签署",
            "2029年7月16日",
            "不使保证责任恢复",
            NOT_ADVICE,
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
}
