//! Transactions: captures, sales and reversals become operations, completed cancellations what the order says was
//! cancelled; authorizations and verifications move no money. A type that is not known is never dropped: it is a
//! reject that names it.

use super::fields::{fields, order_of_url};
use super::items::item_list;
use super::{Owner, Reader, WITHOUT_TRANSACTIONS, lists};
use crate::ingest::canonical::Reject;
use crate::ingest::field::{is_completed, shown};
use crate::ingest::payload::fact::{Api, CancellationFact, Fact, Moved, OperationFact, OrderFact, Told};
use crate::ingest::payload::heard::Silent;
use crate::ingest::payload::json::{Node, Shape};
use crate::ingest::payload::path::Collection;
use crate::ingest::payload::scalar::{id, minor, missing, rejected, text};

/// Where a transaction stands, as far as that says what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Alone: an answer, or what was asked for.
    Single,
    /// In a list; `financialTransactions` holds only what succeeded and names no state, which means the same.
    Listed,
    /// In a list of attempts that failed.
    Failed,
}

/// What a type means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Moved(Moved),
    Cancellation,
    /// Moves no money.
    Nothing,
}

fn kind_of(word: &str) -> Option<Kind> {
    let known = [
        ("capture", Kind::Moved(Moved::Capture)),
        ("sale", Kind::Moved(Moved::Capture)),
        ("reversal", Kind::Moved(Moved::Reversal)),
        ("cancellation", Kind::Cancellation),
        ("authorization", Kind::Nothing),
        ("verification", Kind::Nothing),
        ("failed", Kind::Nothing),
    ];
    known.into_iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, kind)| kind)
}

/// What the path of a file says that its transactions are.
fn kind_of_path(collection: Option<Collection>) -> Option<Kind> {
    Some(match collection? {
        Collection::Captures | Collection::Sales => Kind::Moved(Moved::Capture),
        Collection::Reversals | Collection::Refunds => Kind::Moved(Moved::Reversal),
        Collection::Cancellations => Kind::Cancellation,
        Collection::Authorizations => Kind::Nothing,
    })
}

impl Reader<'_> {
    /// The transactions of a list; `named` is the type that the list has by its name.
    pub(super) fn list(&mut self, resource: &Node<'_>, named: Option<&str>, way: Way, owner: &Owner) {
        if !matches!(resource.shape(), Shape::Object | Shape::Array) {
            return self.link(&resource.key(), resource);
        }
        let mut found = resource.shape() == Shape::Array;
        for list in lists(resource) {
            found = true;
            let key = list.key().to_ascii_lowercase();
            let named = named.or_else(|| key.strip_suffix("list").filter(|word| kind_of(word).is_some()));
            for element in list.values() {
                self.element(&element, named, way, owner);
            }
        }
        if resource.shape() == Shape::Object {
            found |= self.beside_lists(resource, owner);
        }
        match fields(resource, ["id"]) {
            _ if found => {}
            Ok([Some(_)]) => self.note(Silent::Link, resource),
            Ok([None]) => {
                let reason = "neither a list of transactions nor its URL stands in it";
                self.refuse(resource, rejected(&resource.key(), resource, reason));
            }
            Err(reject) => self.refuse(resource, reject),
        }
    }

    /// What else stands in the object of a list: it may hold transactions under another name, and a list that is none
    /// is refused.
    fn beside_lists(&mut self, resource: &Node<'_>, owner: &Owner) -> bool {
        let mut found = false;
        for value in resource.values() {
            let key = value.key().to_ascii_lowercase();
            match value.shape() {
                Shape::Array if key.ends_with("list") => {}
                Shape::Null => {}
                _ if key.ends_with("list") => {
                    found = true;
                    self.refuse(&value, rejected(&value.key(), &value, "a list of transactions must stand here"));
                }
                Shape::Array | Shape::Object if !WITHOUT_TRANSACTIONS.contains(&key.as_str()) => {
                    found = true;
                    self.unknown(&value, owner);
                }
                _ => {}
            }
        }
        found
    }

    /// A transaction, or the object of its kind that has it inside.
    pub(super) fn element(&mut self, element: &Node<'_>, named: Option<&str>, way: Way, owner: &Owner) {
        if let Err(reject) = self.read_element(element, named, way, owner) {
            self.refuse(element, reject);
        }
    }

    fn read_element(&mut self, element: &Node<'_>, named: Option<&str>, way: Way, owner: &Owner) -> Result<(), Reject> {
        let element_name = named.unwrap_or("transaction");
        match element.shape() {
            Shape::Object => {}
            Shape::Text | Shape::Null if way == Way::Single => {
                self.link(element_name, element);
                return Ok(());
            }
            _ => return Err(rejected(element_name, element, "a transaction is an object")),
        }
        let [inside] = fields(element, ["transaction"])?;
        let inside = inside.filter(|inside| inside.shape() != Shape::Null);
        if let Some(inside) = inside.filter(|inside| inside.shape() != Shape::Object) {
            return Err(rejected("transaction", &inside, "a transaction is an object"));
        }
        let transaction = inside.unwrap_or(*element);
        let [url, state, status, word, number, payee_reference, amount, vat_amount] =
            fields(&transaction, ["id", "state", "status", "type", "number", "payeeReference", "amount", "vatAmount"])?;
        if [state, status, word, payee_reference, amount].iter().all(Option::is_none) {
            // A mere link to it, or a callback that names it.
            if url.or(number).is_none() && way != Way::Failed && !has_id(element)? {
                let reason = "it states neither amount, type, state nor number, so nothing says what it is";
                return Err(rejected(element_name, element, reason));
            }
            let what = if way == Way::Failed { Silent::Failed } else { Silent::Link };
            self.note(what, element);
            return Ok(());
        }
        let number = id("number", number)?;
        let payee_reference = id("payeeReference", payee_reference)?;
        let word = text("type", word)?;
        let mut state = text("state", state)?;
        // What was asked for has no id, no type and no state yet.
        let answered = url.is_some() || number.is_some() || word.is_some() || state.is_some();
        let told = if way == Way::Single && named.is_none() && !answered { Told::Asked } else { Told::Executed };
        if way == Way::Failed {
            let status = text("status", status)?;
            state = status.filter(|status| !is_completed(status.as_bytes())).or_else(|| Some("failed".into()));
        }
        // What failed moved nothing, whatever it was.
        if way == Way::Failed && word.as_deref().and_then(kind_of).is_none() {
            self.note(Silent::Failed, element);
            return Ok(());
        }
        let kind = self.kind(word.as_deref(), named, told, number.as_deref())?;
        let amount_minor = minor("amount", amount)?;
        let moved = match kind {
            Some(Kind::Moved(moved)) => Some(moved),
            Some(Kind::Nothing) => {
                self.note(Silent::Moneyless, element);
                return Ok(());
            }
            Some(Kind::Cancellation) => {
                let done = way != Way::Failed && is_completed(state.as_deref().unwrap_or_default().as_bytes());
                if told == Told::Executed && done {
                    let amount_minor =
                        amount_minor.ok_or_else(|| missing("amount", "the cancellation states no amount"))?;
                    // By its reference, which every document has; the number is missing in some.
                    let one = CancellationFact { cancellation_id: payee_reference.or(number), amount_minor };
                    self.cancelled(element, amount_minor, vec![one], owner);
                } else {
                    self.note(Silent::NotCancelled, element);
                }
                return Ok(());
            }
            // A cancellation is asked for without an amount.
            None if amount_minor.is_none() => {
                self.note(Silent::WithoutAmount, element);
                return Ok(());
            }
            None => None,
        };
        let has_moved = is_completed(state.as_deref().unwrap_or_default().as_bytes());
        if way == Way::Failed && number.is_none() && payee_reference.is_none() {
            self.note(Silent::Failed, element);
            return Ok(());
        }
        if amount_minor.is_none() && has_moved {
            return Err(missing("amount", "the transaction states no amount"));
        }
        let [created, updated, receipt_reference, reconciliation_number, currency, order_items] = fields(
            &transaction,
            ["created", "updated", "receiptReference", "reconciliationNumber", "currency", "orderItems"],
        )?;
        let parts = self.parts(item_list(order_items)?)?;
        let own_order = || order_of_url(&text("id", url).ok()??);
        let fact = OperationFact {
            place: self.context.place(self.document.line_of(element)),
            moved,
            order_id: owner.order_id.clone().or_else(own_order),
            transaction_number: number,
            payee_reference,
            receipt_reference: id("receiptReference", receipt_reference)?,
            amount_minor,
            vat_minor: minor("vatAmount", vat_amount)?,
            currency: text("currency", currency)?.or_else(|| owner.currency.clone()),
            created_at: text("created", created)?,
            updated_at: text("updated", updated)?,
            state,
            reconciliation_number: id("reconciliationNumber", reconciliation_number)?,
            parts,
            ..OperationFact::blank(Api::SwedbankPay, told)
        };
        self.heard.facts.push(Fact::Operation(fact));
        Ok(())
    }

    /// What a transaction is, by its own type and by the name of what it stands in; of what was asked for, by the
    /// file's path. `None` where something was asked for and nothing says what.
    fn kind(
        &self,
        word: Option<&str>,
        named: Option<&str>,
        told: Told,
        number: Option<&str>,
    ) -> Result<Option<Kind>, Reject> {
        let from_path = kind_of_path(self.context.path.collection);
        let known = match (word, named.and_then(kind_of)) {
            (Some(word), named) => {
                let own = kind_of(word);
                if let (Some(own), Some(named)) = (own, named)
                    && own != named
                {
                    let reason = "the type of the transaction is another than that of the list or object it stands in";
                    return Err(Reject {
                        column: "type".to_owned(),
                        value: shown(word.as_bytes()),
                        reason: reason.to_owned(),
                    });
                }
                own
            }
            (None, Some(named)) => Some(named),
            (None, None) if told == Told::Asked => return Ok(from_path),
            (None, None) => from_path,
        };
        if known.is_some() {
            return Ok(known);
        }
        let which = number.map(|number| format!(" {}", shown(number.as_bytes()))).unwrap_or_default();
        let value = word.map(|word| shown(word.as_bytes())).unwrap_or_default();
        let reason = format!(
            "the type of transaction{which} is unknown, so it cannot be said whether money moved; known are Capture, \
             Sale, Reversal, Cancellation, Authorization and Verification"
        );
        Err(Reject { column: "type".to_owned(), value, reason })
    }

    /// What of the order was cancelled: by cancellations that are named, or in all.
    fn cancelled(
        &mut self,
        element: &Node<'_>,
        amount_minor: i64,
        cancellations: Vec<CancellationFact>,
        owner: &Owner,
    ) {
        let fact = OrderFact {
            place: self.context.place(self.document.line_of(element)),
            order_id: owner.order_id.clone(),
            currency: owner.currency.clone(),
            cancelled_minor: Some(amount_minor),
            cancellations,
            ..OrderFact::default()
        };
        self.heard.facts.push(Fact::Order(fact));
    }

    /// `paid`, `reversed` or `cancelled` of version 3: how a payment order ended.
    ///
    /// `paid` by a sale is a capture; by an authorization nothing has moved yet. `reversed` and `cancelled` repeat the
    /// number of what they undo unless their type says otherwise, so they are no operations by themselves.
    pub(super) fn outcome(&mut self, outcome: &Node<'_>, name: &str, owner: &Owner) {
        if let Err(reject) = self.read_outcome(outcome, name, owner) {
            self.refuse(outcome, reject);
        }
    }

    fn read_outcome(&mut self, outcome: &Node<'_>, name: &str, owner: &Owner) -> Result<(), Reject> {
        if outcome.shape() != Shape::Object {
            self.link(name, outcome);
            return Ok(());
        }
        let [word, number, payee_reference, amount] =
            fields(outcome, ["transactionType", "number", "payeeReference", "amount"])?;
        if [word, number, amount].iter().all(Option::is_none) {
            if !has_id(outcome)? {
                let reason = "it states neither amount, transactionType nor number, so nothing says what it is";
                return Err(rejected(name, outcome, reason));
            }
            self.note(Silent::Link, outcome);
            return Ok(());
        }
        let transaction_number = id("number", number)?;
        let word = text("transactionType", word)?;
        let amount_minor = minor("amount", amount)?;
        let payee_reference = id("payeeReference", payee_reference)?;
        if matches!(name, "cancelled" | "canceled") {
            // It says what of the order was cancelled in all, under the number of the authorization.
            match amount_minor {
                Some(amount_minor) => self.cancelled(outcome, amount_minor, Vec::new(), owner),
                None => self.note(Silent::WithoutAmount, outcome),
            }
            return Ok(());
        }
        let moved = match (word.as_deref().map(|word| (word, kind_of(word))), name) {
            (Some((_, Some(Kind::Moved(Moved::Capture)))), "paid") => Moved::Capture,
            (Some((_, Some(Kind::Moved(Moved::Reversal)))), "reversed") => Moved::Reversal,
            (Some((_, Some(Kind::Nothing))), _) => {
                self.note(Silent::Moneyless, outcome);
                return Ok(());
            }
            (Some((_, Some(Kind::Moved(Moved::Capture)))) | None, "reversed") => {
                self.note(Silent::Outcome, outcome);
                return Ok(());
            }
            (word, _) => {
                let which = transaction_number.map(|number| format!(" {}", shown(number.as_bytes())));
                let reason = format!(
                    "the transactionType of `{name}`{} is unknown here, so it cannot be said whether money moved",
                    which.unwrap_or_default()
                );
                let value = word.map(|(word, _)| shown(word.as_bytes())).unwrap_or_default();
                return Err(Reject { column: "transactionType".to_owned(), value, reason });
            }
        };
        if amount_minor.is_none() {
            return Err(missing("amount", format!("`{name}` states no amount")));
        }
        let fact = OperationFact {
            place: self.context.place(self.document.line_of(outcome)),
            moved: Some(moved),
            order_id: owner.order_id.clone(),
            transaction_number,
            payee_reference,
            amount_minor,
            currency: owner.currency.clone(),
            ..OperationFact::blank(Api::SwedbankPay, Told::Executed)
        };
        self.heard.facts.push(Fact::Operation(fact));
        Ok(())
    }
}

/// Whether an object names itself: a link has nothing else.
fn has_id(object: &Node<'_>) -> Result<bool, Reject> {
    fields(object, ["id"]).map(|[id]| id.is_some())
}
