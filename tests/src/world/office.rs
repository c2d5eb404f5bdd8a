//! The office's part of a story, from the ledger to an approved plan.

use std::collections::BTreeSet;

use countersign_core::domain::ids::PlanId;
use countersign_core::journal::facts::Decision;
use countersign_core::read_model::customers::{OverdueQuery, OverdueSort};
use countersign_core::snapshots::policy::Role;
use countersign_server::auth::accounts::Account;
use countersign_server::desks::{Desk, LedgerFile, NewPlan, NewVisitList, ProposedRow};
use countersign_server::ledger_import::{KnownCustomer, Options};

use super::World;

/// One person a desk, and a team of two in the field.
#[derive(Debug)]
pub struct Office {
    /// 销售内勤.
    pub clerk: Desk,
    /// 销售财务.
    pub finance: Desk,
    /// 销售部经理.
    pub manager: Desk,
    /// 常务副总.
    pub director: Desk,
    /// 系统管理员.
    pub admin: Desk,
    /// 业务员.
    pub rep: Account,
    /// 售后技术员.
    pub technician: Account,
}

/// A plan that is in force.
#[derive(Debug, Clone, Copy)]
pub struct Outing {
    /// The plan.
    pub plan: PlanId,
}

impl Office {
    /// Hires everybody.
    pub fn open(world: &World) -> Self {
        let desk = |name: &str, role| world.desk(&world.hire(name, &[role]));
        Self {
            clerk: desk("样例内勤", Role::Clerk),
            finance: desk("样例财务", Role::Finance),
            manager: desk("样例经理", Role::SalesManager),
            director: desk("样例副总", Role::Director),
            admin: desk("样例管理员", Role::Admin),
            rep: world.hire("样例业务员", &[Role::Rep]),
            technician: world.hire("样例技术员", &[Role::Technician]),
        }
    }

    /// Imports a ledger of `customers` overdue customers in nobody's charge and has finance sign it.
    pub fn sign_ledger(&self, customers: u32) {
        let rows: Vec<[String; 3]> = (1..=customers)
            .map(|number| {
                [
                    format!("KH{number:04}"),
                    format!("样例建材有限公司{number:03}"),
                    format!("{}.00", 10_000 + number),
                ]
            })
            .collect();
        let rows: Vec<(&str, &str, &str, &str)> = rows
            .iter()
            .map(|[code, name, amount]| (code.as_str(), name.as_str(), amount.as_str(), ""))
            .collect();
        self.sign_ledger_of(&rows);
    }

    /// Imports a ledger of overdue customers, each with its code, name, amount and salesperson, and has finance sign it.
    pub fn sign_ledger_of(&self, rows: &[(&str, &str, &str, &str)]) {
        let mut text = String::from(
            "客户编码,客户名称,单据编号,开票日期,到期日,应收金额,已收金额,未收金额,业务员\n",
        );
        let mut known = Vec::new();
        for (number, (code, name, amount, salesperson)) in (1..).zip(rows) {
            let line = format!(
                "{code},{name},{number:08},2026-01-05,2026-03-31,{amount},0.00,{amount},{salesperson}\n"
            );
            text.push_str(&line);
            known.push(KnownCustomer {
                code: (*code).to_owned(),
                name: (*name).to_owned(),
            });
        }
        let options = Options {
            customers_known: known,
            ..Options::default()
        };
        let file = LedgerFile {
            bytes: text.as_bytes(),
            name: "应收账款.csv",
        };
        let cut_off = "2026-06-30".parse().unwrap();
        let kept = self
            .clerk
            .keep_draft(file, &options, Some(cut_off), &mut |_, _| {})
            .unwrap();
        let draft = self
            .finance
            .ledger_drafts()
            .unwrap()
            .into_iter()
            .find(|row| row.draft == kept.draft)
            .unwrap();
        self.finance
            .sign_ledger(kept.draft, draft.cut_off, &draft.outstanding.to_string())
            .unwrap();
    }

    /// From the signed ledger to a plan in force with every overdue customer, for `team`.
    pub fn approve_plan(&self, team: &[&Account]) -> Outing {
        self.approve_plan_of(team, 0, 500)
    }

    /// The same with `limit` overdue customers after the first `offset`.
    pub fn approve_plan_of(&self, team: &[&Account], offset: u32, limit: u32) -> Outing {
        let query = OverdueQuery {
            as_of: self.clerk.today(),
            search: String::new(),
            sort: OverdueSort::Code,
            offset,
            limit,
        };
        let overdue = self.clerk.overdue_customers(&query).unwrap().rows;
        let rows = overdue
            .iter()
            .map(|row| ProposedRow {
                customer: row.customer,
                reason: "逾期，电话催收未果".to_owned(),
            })
            .collect();
        let list = NewVisitList {
            again: None,
            title: "七月上门名单".to_owned(),
            rows,
        };
        let list = self.clerk.propose_visit_list(&list).unwrap();
        let pinned = self.manager.visit_list(list).unwrap().head.entry_hash;
        self.manager
            .decide_visit_list(list, pinned, Decision::Approved, Vec::new())
            .unwrap();
        let new = NewPlan {
            list,
            title: "城东片区".to_owned(),
            day: self.clerk.today(),
            vehicle: "沪A·样例".to_owned(),
            customers: overdue.iter().map(|row| row.customer).collect(),
            team: team
                .iter()
                .map(|account| account.user)
                .collect::<BTreeSet<_>>(),
        };
        let plan = self.clerk.create_plan(&new).unwrap();
        let heads = self.clerk.plan(plan).unwrap().row.heads;
        self.clerk.submit_plan(plan, heads).unwrap();
        self.director
            .decide_plan(plan, heads, Decision::Approved)
            .unwrap();
        Outing { plan }
    }
}
