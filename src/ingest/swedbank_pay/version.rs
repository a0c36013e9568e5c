//! The versions of the transaction list (formats/swedbank_pay.md 3 and 4): how each names what both hold.

use crate::ingest::xml::Folded;

/// A version of the transaction list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `SALES`, of which the last lists were made in 2023.
    One,
    /// `SalesAccountedTransactions`.
    Two,
}

/// What a row states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Major units, signed.
    Amount,
    /// ISO 4217; in XML of version 1 only around the row.
    Currency,
    /// Major units.
    Vat,
    /// Percent; read only to tell an absent VAT from one of 0.
    VatPercentage,
    /// The number of the batch, `reconciliationNumber` of the API.
    Batch,
    /// `transaction.number` of the API.
    Number,
    /// A GUID, or the merchant's own reference; not in version 1.
    Identity,
    /// In version 1 the `payeeReference`, in version 2 the order.
    Order,
    /// When the money moved.
    Created,
    /// When it was settled.
    Modified,
    /// The transaction that this one refers to.
    Referenced,
    /// Whose sale it is, with split settlement.
    Subsite,
    /// The service whose totals it is in.
    Service,
}

/// How many there are.
pub const FIELDS: usize = 13;

impl Field {
    /// Its place among the values of a row, below [`FIELDS`].
    #[must_use]
    pub const fn place(self) -> usize {
        match self {
            Self::Amount => 0,
            Self::Currency => 1,
            Self::Vat => 2,
            Self::VatPercentage => 3,
            Self::Batch => 4,
            Self::Number => 5,
            Self::Identity => 6,
            Self::Order => 7,
            Self::Created => 8,
            Self::Modified => 9,
            Self::Referenced => 10,
            Self::Subsite => 11,
            Self::Service => 12,
        }
    }
}

/// A field of one version.
#[derive(Debug)]
pub struct Known {
    /// Which.
    pub field: Field,
    /// As the XML spells it.
    pub shown: &'static str,
    /// Its names in small letters, without spaces: that of the XML, then those of the workbook.
    names: &'static [&'static [u8]],
    /// The canonical column that it becomes.
    column: &'static str,
}

macro_rules! known {
    ($($field:ident $shown:literal $($name:literal)+ => $column:literal;)+) => {
        [$(Known { field: Field::$field, shown: $shown, names: &[$($name),+], column: $column }),+]
    };
}

static ONE: [Known; 11] = known! {
    Amount "Amount" b"amount" => "gross_amount";
    Currency "Currency" b"currency" => "currency";
    Vat "VATAmount" b"vatamount" => "vat_amount";
    VatPercentage "VatPercentage" b"vatpercentage" => "";
    Batch "PayexBatchNo" b"payexbatchno" b"payexbatchnumber" b"swedbankpaybatchnumber" b"swedbankbatchno"
        => "reconciliation_number";
    Number "TransactionNo" b"transactionno" b"transactionnumber" => "transaction_number";
    Order "OrderId" b"orderid" => "payee_reference";
    Created "DateCreated" b"datecreated" => "created_at";
    Modified "DateModified" b"datemodified" => "settled_at";
    Referenced "ReferencedTransaction" b"referencedtransaction" b"referencedtransactionnumber"
        => "referenced_transaction";
    Service "Type" b"type" => "service";
};

static TWO: [Known; 13] = known! {
    Amount "Amount" b"amount" => "gross_amount";
    Currency "Currency" b"currency" => "currency";
    Vat "VATAmount" b"vatamount" => "vat_amount";
    VatPercentage "VatPercentage" b"vatpercentage" => "";
    Batch "PayexBatchNo" b"payexbatchno" => "reconciliation_number";
    Number "PayexTransactionNo" b"payextransactionno" => "transaction_number";
    Identity "TransactionIdentity" b"transactionidentity" => "transaction_id";
    Order "OrderIdentity" b"orderidentity" => "order_id";
    Created "DateCreated" b"datecreated" => "created_at";
    Modified "DateModified" b"datemodified" => "settled_at";
    Referenced "ReferencedTransaction" b"referencedtransaction" => "referenced_transaction";
    Subsite "Subsite" b"subsite" => "";
    Service "ServiceName" b"servicename" => "service";
};

/// The names, in small letters, of what stands around the rows.
#[derive(Debug)]
pub struct Words {
    /// The element of a row.
    pub row: &'static [u8],
    /// The attribute with the code of a currency.
    pub currency: &'static str,
    /// The attribute with the name of a type of services.
    pub service_type: &'static str,
    /// The attribute with the name of a service.
    pub service: &'static str,
    /// The attribute with the subsite of a summary.
    pub subsite: &'static str,
}

impl Version {
    /// The version of a root element, by its name in small letters.
    #[must_use]
    pub fn of_root(name: &[u8]) -> Option<Self> {
        match name {
            b"salesaccountedtransactions" => Some(Self::Two),
            b"sales" => Some(Self::One),
            _ => None,
        }
    }

    /// What its rows state.
    #[must_use]
    pub fn fields(self) -> &'static [Known] {
        match self {
            Self::One => &ONE,
            Self::Two => &TWO,
        }
    }

    /// The field of a name, in any spelling. Nearly all stand as documented, which is quicker to see.
    #[must_use]
    pub fn field(self, name: &str) -> Option<&'static Known> {
        let fields = self.fields();
        fields.iter().find(|known| known.shown == name).or_else(|| {
            let folded = Folded::new(name)?;
            fields.iter().find(|known| known.names.contains(&folded.as_bytes()))
        })
    }

    /// The attribute that a canonical column is read from, for those who have only the list before them.
    #[must_use]
    pub fn source_attribute(self, column: &str) -> Option<&'static str> {
        match (self, column) {
            (_, "settlement_id") => Some("AccountingNo"),
            (Self::Two, "payee_reference") => Some("TransactionIdentity"),
            (_, "") => None,
            _ => self.fields().iter().find(|known| known.column == column).map(|known| known.shown),
        }
    }

    /// How it names what stands around the rows.
    #[must_use]
    pub fn words(self) -> &'static Words {
        match self {
            Self::One => {
                &Words { row: b"tran", currency: "name", service_type: "name", service: "name", subsite: "prefix" }
            }
            Self::Two => &Words {
                row: b"transaction",
                currency: "currency",
                service_type: "servicetype",
                service: "servicename",
                subsite: "subsite",
            },
        }
    }

    /// As people write it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::One => "1.0",
            Self::Two => "2.0",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::row::RowFields;
    use super::*;

    #[test]
    fn names_are_compared_without_case_spaces_and_separators() {
        let cases = [
            (Version::One, "PayEx Batch Number", Some(Field::Batch)),
            (Version::One, "Swedbank Pay Batch Number", Some(Field::Batch)),
            (Version::One, "Order id", Some(Field::Order)),
            (Version::One, "Referenced Transaction Number", Some(Field::Referenced)),
            (Version::One, "Type", Some(Field::Service)),
            (Version::One, "PayexTransactionNo", None),
            (Version::Two, "PayExTransactionNo", Some(Field::Number)),
            (Version::Two, "VAT Amount", Some(Field::Vat)),
            (Version::Two, "vat_percentage", Some(Field::VatPercentage)),
            (Version::Two, "Type", None),
            (Version::Two, "xmlns:amount", None),
        ];
        for (version, name, field) in cases {
            assert_eq!(version.field(name).map(|known| known.field), field, "{name}");
        }
    }

    #[test]
    fn every_column_names_its_attribute() {
        for (column, _) in RowFields::default().columns() {
            assert!(Version::Two.source_attribute(column).is_some(), "{column}");
            let in_one = !matches!(column, "transaction_id" | "order_id");
            assert_eq!(Version::One.source_attribute(column).is_some(), in_one, "{column}");
        }
        assert_eq!(Version::Two.source_attribute("kind"), None);
        assert_eq!(Version::One.source_attribute("payee_reference"), Some("OrderId"));
    }
}
