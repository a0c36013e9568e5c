//! Documents of both providers' APIs, dealt out to a few nights: requests on one and their answers on another, orders that
//! change, checkout transactions before or after what the order system recorded, copies, and settlement rows beside them.

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::mischief::Delivery;
use crate::night::{File, Story};
use crate::reference::rng::Rng;

const NIGHTS: usize = 5;

/// Two to five nights with the documents of a few orders.
pub fn story(seed: u64) -> Story {
    let mut rng = Rng::new(seed.wrapping_mul(0xD1B5_4A32_D192_ED03).wrapping_add(11));
    let first: NaiveDate = "2026-03-02".parse().unwrap();
    let mut shop = Shop { documents: Vec::new(), settled: Vec::new(), number: 4_000_000, rng };
    for order in 0..shop.rng.range(1, 5) {
        if shop.rng.percent(50) { shop.swedbank_pay(order) } else { shop.dintero(order) }
    }
    let Shop { mut documents, settled, rng: shop_rng, .. } = shop;
    rng = shop_rng;
    let nights = rng.below(NIGHTS - 1) + 2;
    let mut delivery = Delivery::new(nights);
    rng.shuffle(&mut documents);
    let mut number = 0;
    // Several documents of one folder in one file, or one.
    while let Some((path, document)) = documents.pop() {
        let mut lines = vec![document];
        if rng.percent(40) {
            let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
            let count = rng.below(4);
            for _ in 0..count {
                if let Some(at) = documents.iter().position(|(other, _)| folder(other) == folder(&path)) {
                    lines.push(documents.remove(at).1);
                }
            }
        }
        if rng.percent(4) {
            lines.push(json!({"nothing": "that anybody knows"}));
        }
        let one = lines.len() == 1 && rng.percent(70);
        let text = |value: &Value| if one { serde_json::to_string_pretty(value).unwrap() } else { value.to_string() };
        let bytes = lines.iter().map(|value| text(value) + "\n").collect::<String>().into_bytes();
        number += 1;
        let name = format!("{}-{number}.{}", path.rsplit('/').next().unwrap(), if one { "json" } else { "ndjson" });
        let folder = path.rsplit_once('/').unwrap().0;
        let path = format!("in/{:02}/{folder}/{name}", rng.below(30));
        let night = rng.below(nights);
        delivery.give(&mut rng, night, File { path, dataset: "", provider: None, bytes });
    }
    rows(&mut rng, settled, nights, &mut delivery);
    let default = if rng.percent(15) { "provider = \"webshop\"\n" } else { "" };
    let settings = format!("timezone = \"Europe/Oslo\"\n{default}\n[rules]\ncapture_days = 2\nsettlement_days = 2\n");
    let mut nights = delivery.nights(&mut rng, first, true);
    let begins = nights.iter().position(|night| !night.files.is_empty()).unwrap_or(0);
    Story { settings, nights: nights.split_off(begins) }
}

/// Canonical rows beside the documents: settlements, and now and then orders of the shop's own.
fn rows(rng: &mut Rng, settled: Vec<Settled>, nights: usize, delivery: &mut Delivery) {
    for (number, some) in settled.chunks(3).enumerate() {
        let mut text =
            "reconciliation_number,currency,gross_amount,payee_reference,transaction_number,settled_at\n".to_owned();
        for Settled { reference, number, amount_minor } in some {
            text.push_str(&format!("77,SEK,{amount_minor},{reference},{number},2026-03-05\n"));
        }
        let provider = rng.pick(&[Some("swedbank_pay"), Some("dintero"), None]).map(str::to_owned);
        let path = format!("in/{:02}/settled-{number}.csv", rng.below(30));
        let night = rng.below(nights);
        delivery.give(rng, night, File { path, dataset: "settlements", provider, bytes: text.into_bytes() });
    }
    if rng.percent(25) {
        let text = "order_id,line_id,gross_amount,currency,created_at\nA-0,1,5000,SEK,2026-03-01\n".to_owned();
        let path = format!("in/{:02}/shop.csv", rng.below(30));
        let night = rng.below(nights);
        let provider = rng.pick(&[Some("swedbank_pay"), Some("dintero")]).map(str::to_owned);
        delivery.give(rng, night, File { path, dataset: "orders", provider, bytes: text.into_bytes() });
    }
}

/// A settlement row.
#[derive(Clone)]
struct Settled {
    reference: String,
    number: i64,
    amount_minor: i64,
}

struct Shop {
    /// Path without its end, and the document.
    documents: Vec<(String, Value)>,
    settled: Vec<Settled>,
    number: i64,
    rng: Rng,
}

impl Shop {
    fn next(&mut self) -> i64 {
        self.number += 1;
        self.number
    }

    fn day(&mut self) -> String {
        format!("2026-03-{:02}T{:02}:00:00Z", self.rng.range(1, 6), self.rng.range(0, 23))
    }

    fn put(&mut self, path: String, document: Value) {
        self.documents.push((path, document.clone()));
        // The same answer is asked for again on another day.
        if self.rng.percent(10) {
            let (path, _) = self.documents.last().unwrap().clone();
            self.documents.push((format!("{path}-again"), document));
        }
    }

    fn items(&mut self, count: i64) -> Vec<Value> {
        let mut items = Vec::new();
        for line in 1..=count {
            let amount: i64 = self.rng.pick(&[5_000, 12_500, 99, -400]);
            items.push(json!({
                "reference": format!("P{line}"), "name": "Kettle", "type": "PRODUCT", "class": "goods", "quantity": 1,
                "quantityUnit": "pcs", "unitPrice": amount, "vatPercent": 2500, "amount": amount, "vatAmount": amount / 5,
            }));
        }
        items
    }

    fn swedbank_pay(&mut self, order: i64) {
        let id = format!("A-{order}");
        let count = self.rng.range(1, 3);
        let items = self.items(count);
        let sum = |items: &[Value]| items.iter().map(|item| item["amount"].as_i64().unwrap()).sum::<i64>();
        let (created, updated) = (self.day(), self.day());
        let folder = format!("paymentorders/{id}");
        let remaining = self.rng.pick(&[0, 5_000]);
        let list = json!({"id": format!("/psp/paymentorders/{id}/orderitems"), "orderItemList": items});
        self.put(
            format!("{folder}/order"),
            json!({"paymentOrder": {"id": format!("/psp/paymentorders/{id}"), "created": created, "updated": updated,
                "operation": "Purchase", "currency": "SEK", "amount": sum(&items), "vatAmount": 0, "orderItems": list,
                "remainingCaptureAmount": remaining, "remainingReversalAmount": 0}}),
        );
        if self.rng.percent(40) {
            let fewer = &items[..items.len() - usize::from(items.len() > 1)];
            self.put(
                format!("{folder}/update"),
                json!({"paymentorder": {"operation": "UpdateOrder", "amount": sum(fewer), "vatAmount": 0, "orderItems": fewer}}),
            );
            let updated = self.day();
            self.put(
                format!("{folder}/updated"),
                json!({"paymentOrder": {"id": format!("/psp/paymentorders/{id}"), "created": created, "updated": updated,
                    "operation": "Purchase", "currency": "SEK", "amount": sum(fewer), "vatAmount": 0}}),
            );
        }
        let operations = self.rng.range(0, 3);
        for _ in 0..operations {
            let kind = self.rng.pick(&["Capture", "Capture", "Reversal"]);
            let (reference, number) = (format!("R{}", self.next()), self.next());
            let some = &items[..self.rng.below(items.len()) + 1];
            let amount = sum(some).abs().max(1);
            let small = kind.to_lowercase();
            self.put(
                format!("{folder}/{small}s/request"),
                json!({"transaction": {"description": "x", "amount": amount, "vatAmount": 0, "payeeReference": reference,
                    "orderItems": some}}),
            );
            let (created, state) = (self.day(), self.rng.pick(&["Completed", "Completed", "Completed", "Failed"]));
            let transaction = json!({"id": format!("/psp/t/{number}"), "created": created, "updated": created,
                "type": kind, "state": state, "number": number, "amount": amount, "vatAmount": 0, "payeeReference": reference});
            if self.rng.percent(80) {
                let url = format!("/psp/paymentorders/{id}");
                self.put(
                    format!("{folder}/{small}s/answer"),
                    json!({"payment": url, small.as_str(): {"id": "/psp/x", "transaction": transaction.clone()}}),
                );
            }
            if self.rng.percent(40) {
                let url = format!("/psp/paymentorders/{id}");
                self.put(
                    format!("{folder}/financial"),
                    json!({"paymentOrder": url, "financialTransactions": {"financialTransactionsList": [transaction]}}),
                );
            }
            if self.rng.percent(70) {
                let amount_minor = if kind == "Reversal" { -amount } else { amount };
                self.settled.push(Settled { reference, number, amount_minor });
            }
        }
    }

    fn dintero(&mut self, order: i64) {
        let id = format!("D-{order}");
        let count = self.rng.range(1, 3);
        let amounts: Vec<i64> = (0..count).map(|_| self.rng.pick(&[5_000, 12_500, 700])).collect();
        let item = |(line, amount): (usize, &i64)| json!({"line_id": line + 1, "id": "k", "gross_amount": amount});
        let items: Vec<Value> = amounts.iter().enumerate().map(item).collect();
        let folder = format!("orders/{id}");
        let payment = format!("T{}", self.next());
        let (created, updated) = (self.day(), self.day());
        let mut captures = Vec::new();
        let mut events = Vec::new();
        let operations = self.rng.range(0, 3);
        for _ in 0..operations {
            let line = self.rng.below(amounts.len());
            let amount = amounts[line];
            let (capture, number, reference) = (format!("c{}", self.next()), self.next(), format!("R{}", self.next()));
            let at = self.day();
            captures.push(json!({"id": capture, "amount": amount, "success": self.rng.percent(90), "created_at": at,
                "payment_details": {"payment_id": payment}, "items": [{"line_id": line + 1, "amount": amount}]}));
            let mut event = json!({"id": format!("e{number}"), "event": "CAPTURE", "amount": amount, "created_at": at,
                "success": true, "items": [{"line_id": line + 1, "amount": amount}]});
            if self.rng.percent(60) {
                event["metadata"] =
                    json!({"payex:transaction:number": number, "payex:transaction:payee_reference": reference});
            }
            if self.rng.percent(80) {
                events.push(event);
            }
            if self.rng.percent(40) {
                // Swedbank Pay's own word of it.
                let transaction = json!({"created": at, "type": "Capture", "state": "Completed", "number": number,
                    "amount": amount, "payeeReference": reference});
                self.put(
                    format!("payex/{id}/captures/answer"),
                    json!({"payment": format!("/psp/creditcard/payments/P{number}"), "capture": {"transaction": transaction}}),
                );
            }
            if self.rng.percent(70) {
                self.settled.push(Settled { reference, number, amount_minor: amount });
            }
        }
        let reference = if self.rng.percent(80) { id.clone() } else { format!("shop-{id}") };
        if self.rng.percent(70) {
            self.put(
                format!("{folder}/draft"),
                json!({"order": {"currency": "SEK", "items": items}, "options": {"order_id": id}}),
            );
        }
        for capture in &captures {
            if self.rng.percent(30) {
                self.put(format!("{folder}/captures/one"), capture.clone());
            }
        }
        if self.rng.percent(70) {
            self.put(
                format!("{folder}/order"),
                json!({"id": id, "currency": "SEK", "payment_status": "captured", "created_at": created, "updated_at": updated,
                    "items": items, "authorizations": [], "captures": captures, "refunds": [], "cancellations": []}),
            );
        }
        if self.rng.percent(70) {
            self.put(
                format!("transactions/{payment}/now"),
                json!({"id": payment, "merchant_reference": reference, "currency": "SEK", "amount": amounts.iter().sum::<i64>(),
                    "created_at": created, "settlement_status": "PENDING", "events": events, "items": items}),
            );
        }
    }
}
