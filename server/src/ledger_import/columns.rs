//! Which column holds what, told by its header.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::cell::squeeze;

/// A column, counted from 0; shown by its letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column(pub u32);

impl Column {
    /// The column of a letter such as `A` or `BC`; none for other text.
    #[must_use]
    pub fn parse(letter: &str) -> Option<Self> {
        if letter.is_empty() || letter.len() > 3 {
            return None;
        }
        letter
            .bytes()
            .try_fold(0_u32, |sum, byte| {
                let digit = byte.to_ascii_uppercase().checked_sub(b'A')?;
                (digit < 26).then(|| sum * 26 + u32::from(digit) + 1)
            })
            .map(|number| Self(number - 1))
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut rest = self.0 + 1;
        while rest > 0 {
            let digit = (rest - 1) % 26;
            letters.push(char::from_u32(u32::from(b'A') + digit).unwrap_or('?'));
            rest = (rest - 1) / 26;
        }
        f.write_str(&letters.iter().rev().collect::<String>())
    }
}

impl Serialize for Column {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let letter = String::deserialize(deserializer)?;
        Self::parse(&letter)
            .ok_or_else(|| serde::de::Error::custom("a column is one to three letters"))
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $key:literal, [$($exact:literal)*], [$($part:literal)*];)+) => {
        /// What a column can hold.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Field {
            $($(#[$doc])* $name,)+
        }

        impl Field {
            /// Every field, in the order a mapping is shown.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The word in forms and JSON: `outstanding`.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word,)+ }
            }

            /// The message in `import.ftl`.
            #[must_use]
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)+ }
            }

            const fn exact(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($exact),*],)+ }
            }

            const fn parts(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($part),*],)+ }
            }
        }
    };
}

fields! {
    /// Customer code 客户编码.
    Code = "code", "import-field-code",
        ["客户编码" "客户编号" "客户代码" "客户号" "客户id" "往来单位编码" "单位编码" "单位编号" "编码" "代码" "customerid"
         "customercode" "customerno" "customernumber" "accountno" "accountnumber"],
        ["客户编" "客户代码" "customerid" "customercode"];
    /// Customer name 客户名称.
    Customer = "customer", "import-field-customer",
        ["客户名称" "客户" "客户全称" "客户简称" "单位名称" "购货单位" "往来单位" "往来单位名称" "公司名称" "企业名称" "购方名称"
         "购买方名称" "债务人" "债务人名称" "欠款单位" "付款单位" "名称" "customer" "customername" "company" "companyname"
         "name" "debtor"],
        ["客户名" "单位名称" "购方名" "customername"];
    /// Document number 发票号/单据号.
    Document = "document", "import-field-document",
        ["发票号码" "发票号" "发票编号" "单据编号" "单据号" "单据号码" "票据号" "票号" "凭证号" "销货单号" "出库单号" "单号" "invoiceno"
         "invoicenumber" "invoice" "invoiceid" "documentno" "documentnumber" "docno" "document"],
        ["发票号" "单据号" "单据编号" "单号" "invoiceno" "invoicenumber"];
    /// Contract number 合同号.
    Contract = "contract", "import-field-contract",
        ["合同号" "合同编号" "合同" "合同号码" "contract" "contractno" "contractnumber"],
        ["合同号" "合同编号"];
    /// Day of the invoice 开票日期.
    Invoiced = "invoiced", "import-field-invoiced",
        ["开票日期" "开票日" "开票时间" "发票日期" "单据日期" "业务日期" "日期" "发生日期" "记账日期" "入账日期" "开单日期" "销售日期"
         "出库日期" "发货日期" "invoicedate" "documentdate" "date" "issuedate" "billdate" "invoiced"],
        ["开票日" "发票日期" "单据日期" "invoicedate"];
    /// Due day 到期日.
    Due = "due", "import-field-due",
        ["到期日" "到期日期" "到期" "付款到期日" "应付日期" "应付款日期" "应收日期" "应收款日期" "应回款日期" "约定付款日" "约定付款日期"
         "约定还款日" "还款日" "还款日期" "最迟付款日" "收款期限" "付款期限" "duedate" "due" "maturity" "maturitydate"],
        ["到期日" "到期时间" "付款期限" "duedate"];
    /// Receivable amount 应收金额.
    Amount = "amount", "import-field-amount",
        ["应收金额" "应收款" "应收账款" "应收款项" "应收" "应收总额" "开票金额" "发票金额" "价税合计" "单据金额" "销售金额" "金额"
         "invoiceamount" "amount" "receivable" "invoicetotal" "originalamount" "amountinvoiced"],
        ["应收金额" "开票金额" "发票金额" "invoiceamount"];
    /// Received amount 已收金额.
    Received = "received", "import-field-received",
        ["已收金额" "已收" "已收款" "已收款项" "已回款" "已回款金额" "回款金额" "回款" "收款金额" "实收金额" "实收" "已付金额" "已付" "已还金额"
         "已核销金额" "核销金额" "received" "paid" "amountpaid" "paidamount" "amountreceived"],
        ["已收" "已回款" "已付" "已核销"];
    /// Outstanding amount 未收金额.
    Outstanding = "outstanding", "import-field-outstanding",
        ["未收金额" "未收" "未收款" "未收款项" "未收余额" "未回款" "未回款金额" "未付金额" "未付" "欠款" "欠款金额" "欠款余额" "余额" "应收余额"
         "应收账款余额" "期末余额" "结欠" "尚欠" "尚欠金额" "未核销金额" "outstanding" "balance" "openamount" "amountdue"
         "balancedue" "outstandingamount"],
        ["未收" "未回款" "未付" "欠款" "余额" "outstanding" "balance"];
    /// Salesperson 业务员.
    Salesperson = "salesperson", "import-field-salesperson",
        ["业务员" "业务人员" "业务代表" "销售员" "销售人员" "销售代表" "客户经理" "经办人" "负责人" "salesperson" "salesrep" "salesman"],
        ["业务员" "销售员"];
    /// Day on which the whole amount was paid 结清日期.
    Settled = "settled", "import-field-settled",
        ["结清日期" "结清日" "付清日期" "settleddate" "settled" "settlementdate" "datepaid" "paiddate"], [];
    /// Whether the receivable is disputed 争议.
    Disputed = "disputed", "import-field-disputed",
        ["争议" "是否争议" "有争议" "争议标志" "disputed" "dispute" "indispute"], [];
    /// Remark 备注.
    Remark = "remark", "import-field-remark",
        ["备注" "说明" "摘要" "附注" "remark" "remarks" "memo" "note" "notes" "comment" "comments"], ["备注"];
    /// Unified social credit code 统一社会信用代码.
    CreditCode = "credit_code", "import-field-credit-code",
        ["统一社会信用代码" "社会信用代码" "信用代码" "税号" "纳税人识别号" "creditcode" "taxid" "uscc"], ["社会信用代码" "纳税人识别"];
    /// Contact 联系人.
    Contact = "contact", "import-field-contact", ["联系人" "联系人姓名" "对接人" "contact" "contactperson" "contactname"], ["联系人"];
    /// Phone 电话.
    Phone = "phone", "import-field-phone",
        ["电话" "联系电话" "手机" "手机号" "手机号码" "电话号码" "联系方式" "phone" "telephone" "tel" "mobile"], ["电话" "手机"];
    /// Address 地址.
    Address = "address", "import-field-address",
        ["地址" "联系地址" "注册地址" "经营地址" "公司地址" "单位地址" "住所" "address"], ["地址"];
    /// Longitude 经度, in degrees.
    Longitude = "longitude", "import-field-longitude", ["经度" "longitude" "lng" "lon"], ["经度"];
    /// Latitude 纬度, in degrees.
    Latitude = "latitude", "import-field-latitude", ["纬度" "latitude" "lat"], ["纬度"];
    /// Coordinate reference system 坐标系.
    Crs = "crs", "import-field-crs", ["坐标系" "坐标系统" "坐标类型" "crs" "coordinatesystem"], ["坐标系"];
    /// Credit grade 信用等级.
    Grade = "grade", "import-field-grade", ["信用等级" "信用级别" "客户等级" "等级" "评级" "grade" "creditgrade" "rating"], ["信用等级"];
    /// Day of signing a contract 签订日期.
    SignedOn = "signed_on", "import-field-signed-on",
        ["签订日期" "签约日期" "签署日期" "签订日" "合同日期" "签订时间" "contractdate" "signingdate"], ["签订日期" "签约日期"];
    /// Contract amount 合同金额.
    ContractAmount = "contract_amount", "import-field-contract-amount",
        ["合同金额" "合同总额" "合同价款" "合同总价" "contractamount"], ["合同金额" "合同总"];
    /// Payment terms 付款方式.
    PaymentTerms = "payment_terms", "import-field-payment-terms",
        ["付款方式" "付款条件" "结算方式" "账期" "paymentterms" "terms"], ["付款方式" "付款条件"];
    /// Penalty a day 违约金日利率.
    PenaltyRate = "penalty_rate", "import-field-penalty-rate",
        ["违约金日利率" "日利率" "违约金" "违约金率" "违约金比例" "penaltyrate"], ["违约金"];
    /// Guarantor 保证人.
    Guarantor = "guarantor", "import-field-guarantor", ["保证人" "担保人" "guarantor"], ["保证人" "担保人"];
    /// Guarantee period 保证期间.
    GuaranteePeriod = "guarantee_period", "import-field-guarantee-period",
        ["保证期间" "担保期间" "保证期" "guaranteeperiod"], ["保证期间" "担保期"];
    /// Day of a payment 回款日期.
    PaidOn = "paid_on", "import-field-paid-on",
        ["回款日期" "收款日期" "付款日期" "到账日期" "回款时间" "收款日" "回款日" "paymentdate" "receiptdate"], ["回款日期" "收款日期"];
    /// How a payment was made 回款方式.
    Method = "method", "import-field-method", ["方式" "收款方式" "回款方式" "支付方式" "method" "paymentmethod"], [];
    /// Document that a payment settles 核销单据.
    AppliedTo = "applied_to", "import-field-applied-to",
        ["核销单据" "核销单据号" "核销发票" "核销单号" "对应发票" "对应单据" "appliedto"], ["核销单" "核销发票"];
    /// Known and not imported: a running number, last period's figures, days computed from the others.
    Derived = "derived", "import-field-derived",
        ["序号" "行号" "no" "#" "逾期天数" "账龄" "daystosettle" "dayslate" "countrycode" "paperlessdate" "paperlessbill"],
        ["上期" "上月" "上年" "去年" "期初" "年初" "前期" "逾期" "账龄" "previous" "prior" "opening"];
}

/// How surely a header names a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Match {
    /// The header contains a telling part.
    Part,
    /// The header is one of the field's words.
    Exact,
}

/// The header without unit, brackets and punctuation, in lower case.
fn header_key(text: &str) -> String {
    let squeezed = squeeze(text).to_lowercase();
    let mut outside = String::new();
    let mut depth = 0_u32;
    for c in squeezed.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            c if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    let unit_free = outside
        .rsplit_once('/')
        .filter(|(_, last)| ["元", "万元", "千元", "百万元", "亿元"].contains(last))
        .map_or(outside.as_str(), |(first, _)| first);
    unit_free
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '#')
        .collect()
}

/// The field that a header names. Last period's figures are never taken for this period's.
pub(crate) fn field_of(header: &str) -> Option<(Field, Match)> {
    let key = header_key(header);
    if key.is_empty() || key.chars().count() > 24 {
        return None;
    }
    let named = |field: &&Field| field.exact().contains(&key.as_str());
    let contains = |field: &&Field| field.parts().iter().any(|part| key.contains(part));
    if let Some(field) = Field::ALL.iter().find(named) {
        return Some((*field, Match::Exact));
    }
    if contains(&&Field::Derived) {
        return Some((Field::Derived, Match::Exact));
    }
    Field::ALL
        .iter()
        .find(contains)
        .map(|field| (*field, Match::Part))
}

/// One column as it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MappedColumn {
    /// Its letter.
    pub column: Column,
    /// The text above it; the lower of two header lines where both have one.
    pub header: String,
    /// What it holds; none when the header says nothing known.
    pub field: Option<Field>,
}

/// Gives each header its field; of two columns for one field the surer, then the left one has it.
pub(crate) fn map_columns(headers: &BTreeMap<u32, (String, String)>) -> Vec<MappedColumn> {
    let mut best: BTreeMap<Field, (Match, u32)> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for (column, (group, header)) in headers {
        let grouped = field_of(&format!("{group}{header}")).filter(|(_, how)| *how == Match::Exact);
        let Some((field, how)) =
            (if group.is_empty() { None } else { grouped }).or_else(|| field_of(header))
        else {
            continue;
        };
        found.insert(*column, field);
        if field != Field::Derived && best.get(&field).is_none_or(|(other, _)| how > *other) {
            best.insert(field, (how, *column));
        }
    }
    headers
        .iter()
        .map(|(column, (_, header))| {
            let field = found.get(column).copied().map(|field| {
                let is_best = best.get(&field).is_some_and(|(_, at)| at == column);
                if is_best { field } else { Field::Derived }
            });
            MappedColumn {
                column: Column(*column),
                header: header.clone(),
                field,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_as_a_spreadsheet_counts() {
        for (index, letter) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(Column(index).to_string(), letter);
            assert_eq!(Column::parse(letter), Some(Column(index)));
        }
        for text in ["", "1", "A1", "ABCD", "é"] {
            assert_eq!(Column::parse(text), None, "{text}");
        }
    }

    #[test]
    fn headers_are_known_in_many_ways_of_writing() {
        for (header, field) in [
            ("发票号/单据号", Field::Document),
            ("应收金额（万元）", Field::Amount),
            ("应收金额/元", Field::Amount),
            ("未收\n金额", Field::Outstanding),
            ("上期未收金额", Field::Derived),
            ("期末余额", Field::Outstanding),
            ("期初余额", Field::Derived),
            ("客户名称 *", Field::Customer),
            ("InvoiceAmount", Field::Amount),
            ("Due Date", Field::Due),
            ("customer_id", Field::Code),
            ("联系电话", Field::Phone),
            ("Customer No.", Field::Code),
        ] {
            assert_eq!(field_of(header).map(|(f, _)| f), Some(field), "{header}");
        }
        assert_eq!(field_of("样例建材有限公司001"), None);
    }

    #[test]
    fn two_columns_never_hold_the_same_field() {
        let headers = [(0, "本期应收金额"), (1, "应收金额"), (2, "应收金额")]
            .map(|(c, h)| (c, (String::new(), h.to_owned())));
        let mapped = map_columns(&BTreeMap::from(headers));
        let fields: Vec<_> = mapped.iter().map(|m| m.field).collect();
        assert_eq!(
            fields,
            [
                Some(Field::Derived),
                Some(Field::Amount),
                Some(Field::Derived)
            ]
        );
    }
}
