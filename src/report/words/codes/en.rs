//! The codes in English.

use super::CodeWords;
use crate::model::finding::Code;

pub(super) fn words(code: Code) -> CodeWords {
    match code {
        Code::RecordConflict => CodeWords {
            title: "Contradicting versions of a record",
            meaning: "The exports hold a record more than once with different content, and nothing says which version is the later one. One of them was used.",
            action: "Look the record up at its source, correct the export, and run again.",
        },
        Code::OrderUnknown => CodeWords {
            title: "Order not in the exports",
            meaning: "Money was captured or refunded on an order that no order export holds.",
            action: "Export the order; if the shop does not know it, find out who took the money.",
        },
        Code::LineUnknown => CodeWords {
            title: "Order line not in the order",
            meaning: "Money was captured or refunded on a line that the order does not hold.",
            action: "Compare the order with the shop: the line was added later, or the export is incomplete.",
        },
        Code::LineCurrency => CodeWords {
            title: "Captured in another currency",
            meaning: "The order line has one currency, and its capture or refund another.",
            action: "Find out what the customer paid in; correct the order, or refund and capture again.",
        },
        Code::LineWrongDirection => CodeWords {
            title: "Captured with the wrong sign",
            meaning: "A discount was captured as a charge, or a charge as a discount.",
            action: "Compare with what the customer should pay, and refund or capture the difference.",
        },
        Code::ReversalLineUnlinked => CodeWords {
            title: "Return without its original line",
            meaning: "A return line does not say which line it takes back, or names one that does not fit.",
            action: "Name the original line in the order, or check that the return is a real one.",
        },
        Code::ReversalLineExceedsOriginal => CodeWords {
            title: "Returned more than ordered",
            meaning: "The return lines of an order line take back more than the line itself.",
            action: "Check the returns: one may stand twice, or on the wrong line.",
        },
        Code::ReversalExceedsCapture => CodeWords {
            title: "Refunded more than captured",
            meaning: "More money was given back on an order line than was taken.",
            action: "Check the refunds; one too many is to be claimed back, or booked as a loss.",
        },
        Code::LineOvercaptured => CodeWords {
            title: "Captured more than ordered",
            meaning: "More money was taken on an order line than was ordered.",
            action: "Refund the surplus, or correct the order if the customer agreed to it.",
        },
        Code::LineUncaptured => CodeWords {
            title: "Ordered, not captured",
            meaning: "No money was taken on an order line. It is pending while the capture may still come in time.",
            action: "Capture it if the goods were delivered; else cancel the line.",
        },
        Code::LineUndercaptured => CodeWords {
            title: "Captured less than ordered",
            meaning: "Only a part of an order line was captured. It is pending while the rest may still come in time.",
            action: "Capture the rest if the goods were delivered; else cancel it.",
        },
        Code::LineVat => CodeWords {
            title: "VAT captured differs",
            meaning: "The amount captured is right, but its VAT is not that of the order line.",
            action: "Correct the VAT in the shop or at the provider before the VAT return is filed.",
        },
        Code::VatRate => CodeWords {
            title: "VAT does not follow from its rate",
            meaning: "Amount, VAT and VAT rate of an order line do not agree.",
            action: "Check how VAT is set up for the article, and correct it.",
        },
        Code::OrderTotal => CodeWords {
            title: "Order total is not the sum of its lines",
            meaning: "The order states a total that its lines do not come to.",
            action: "Check that the export holds every line of the order.",
        },
        Code::OrderRemainingCapture => CodeWords {
            title: "Another amount left to capture",
            meaning: "The order states another amount that is left to capture than follows from its lines and captures.",
            action: "Check that all captures are in the exports; else ask why the order's balance differs.",
        },
        Code::OrderRemainingReversal => CodeWords {
            title: "Another amount left to refund",
            meaning: "The order states another amount that may still be refunded than follows from its captures and refunds.",
            action: "Check that all refunds are in the exports; else ask why the order's balance differs.",
        },
        Code::Unsettled => CodeWords {
            title: "Not settled",
            meaning: "A capture or refund was completed, but no settlement row answers it. It is pending while the settlement may still come in time.",
            action: "Look it up at the provider; if the settlement is late, ask for it.",
        },
        Code::SettledUnknown => CodeWords {
            title: "Settled, not in our books",
            meaning: "The provider settled something that no capture or refund in the exports answers.",
            action: "Check that all exports are in; then ask the provider what the row is.",
        },
        Code::SettledTwice => CodeWords {
            title: "Settled twice",
            meaning: "The settlement holds a row beyond what the captures and refunds explain.",
            action: "Ask the provider to correct it, and book the difference as a debt to, or a claim on, the provider until then.",
        },
        Code::SettledNotCompleted => CodeWords {
            title: "Settled, though not completed",
            meaning: "The provider settled a capture or refund that did not complete according to the exports.",
            action: "Check its state at the provider: correct the books, or ask for a corrected settlement.",
        },
        Code::SettledAmount => CodeWords {
            title: "Settled with another amount",
            meaning: "The amount settled is not the amount that was captured or refunded.",
            action: "Compare both: a fee taken out of the gross amount, a typing error, or an error of the provider.",
        },
        Code::SettledDirection => CodeWords {
            title: "Settled in the wrong direction",
            meaning: "A refund was settled as a sale, or a sale as a refund.",
            action: "Ask the provider for a corrected settlement.",
        },
        Code::SettledCurrency => CodeWords {
            title: "Settled in another currency",
            meaning: "The settlement row has another currency than the capture or refund.",
            action: "Ask the provider which currency is right, and correct the books or the settlement.",
        },
        Code::Ambiguous => CodeWords {
            title: "Several possible counterparts",
            meaning: "Several captures or refunds and settlement rows share a reference, and neither their amounts nor their sums agree. No pair was guessed.",
            action: "Pair them by hand from the records that are listed here.",
        },
        Code::WrongBatch => CodeWords {
            title: "Settled in another batch",
            meaning: "The books name one batch, the settlement row another.",
            action: "Correct the reconciliation number in the books, or ask the provider which batch is right.",
        },
        Code::ReferenceReused => CodeWords {
            title: "Reference used more than once",
            meaning: "Several captures or refunds have one payee reference, which must be unique.",
            action: "Have the shop system give every capture and refund a reference of its own.",
        },
        Code::ItemsTotal => CodeWords {
            title: "Rows do not come to the total",
            meaning: "The rows of a capture or refund do not come to the total that it states.",
            action: "Check that the export holds every row of it.",
        },
        Code::ReferenceFormat => CodeWords {
            title: "Reference in an invalid form",
            meaning: "A payee reference breaks the form that the provider documents. This is a note: no money differs.",
            action: "Have the shop system make its references in the provider's form.",
        },
        Code::RecordedOnly => CodeWords {
            title: "Recorded, not executed",
            meaning: "The order records a capture or refund, but the provider has no event that shows it was executed.",
            action: "Check at the provider whether money moved; if not, capture or refund again.",
        },
        Code::ToleranceBudget => CodeWords {
            title: "Tolerance used up",
            meaning: "The small differences that were tolerated sum to more than their budget.",
            action: "Look at the tolerated pairs (run with --matches), find the cause, or set another budget.",
        },
        Code::BatchMissing => CodeWords {
            title: "Whole batch not settled",
            meaning: "Captures or refunds name a batch of which no settlement row has come. It is pending while the settlement may still come in time.",
            action: "Fetch the settlement file of the batch, or ask the provider for it.",
        },
        Code::FileTotal => CodeWords {
            title: "File total does not tie",
            meaning: "A settlement file states a total or a count that its own rows do not come to.",
            action: "Fetch the file again; if it is the same, ask the provider for a corrected one.",
        },
        Code::FileNet => CodeWords {
            title: "Net is not gross less fee",
            meaning: "A settlement row or file states a net amount that is not its gross less its fee.",
            action: "Ask the provider how the net was computed, and check which column holds the fee.",
        },
        Code::FileRepeated => CodeWords {
            title: "File given more than once",
            meaning: "The content of this file was read already; it was counted once.",
            action: "Nothing needs to be done.",
        },
        Code::FileRestated => CodeWords {
            title: "File replaced by a later one",
            meaning: "The provider issued a settlement file again with other content. The later one counts.",
            action: "Correct what was booked from the earlier file; the sums before and after are in the explanation.",
        },
        Code::FileGap => CodeWords {
            title: "Settlement file missing in a series",
            meaning: "Numbers are missing between the first and the last settlement file of a series.",
            action: "Fetch the missing files from the provider.",
        },
        Code::FileMissing => CodeWords {
            title: "Expected file has not come",
            meaning: "A file that the configuration expects has not come by its latest day.",
            action: "Fetch the file, or correct the configuration if it is not due any more.",
        },
        Code::FeeTariff => CodeWords {
            title: "Fees off the tariff",
            meaning: "The provider charged other fees than its declared tariff gives, beyond the tolerance.",
            action: "Compare the agreement with the report of the provider; claim the difference, or correct the tariff.",
        },
        Code::PayoutNet => CodeWords {
            title: "Payout does not add up",
            meaning: "The payout that is stated is not gross less fees and VAT on fees, with the balance brought forward.",
            action: "Check the figures against the balance report; if they are right, ask the provider.",
        },
        Code::PayoutMissing => CodeWords {
            title: "Payout not on the bank account",
            meaning: "A payout has no entry on the bank account. It is pending while it may still come in time.",
            action: "Ask the provider where the money is, and check that the right account is read.",
        },
        Code::PayoutAmount => CodeWords {
            title: "Bank received another amount",
            meaning: "A bank entry carries the reference of a payout, and another amount.",
            action: "Look for a balance that the provider set off, or a fee of the bank.",
        },
        Code::PayoutUnknown => CodeWords {
            title: "Money of a provider without a payout",
            meaning: "A provider paid money that no known payout explains.",
            action: "Get the settlement file or the balance report of that payment.",
        },
        Code::PayoutAmbiguous => CodeWords {
            title: "Payouts and entries mixed up",
            meaning: "Several payouts and bank entries fit each other equally well.",
            action: "Compare dates and references by hand; give the reference of each payout.",
        },
        Code::StatementGap => CodeWords {
            title: "Gap in the bank statements",
            meaning: "A bank statement does not follow on the one before, or its entries do not lead to its closing balance.",
            action: "Get the missing statement, or the whole one, from the bank.",
        },
    }
}
