//! The plan of accounts: where what is booked. Defaults are those of BAS (Sweden) and NS 4102 (Norway); the configuration
//! may name any other number.

use std::collections::BTreeMap;

use crate::model::voucher::{Account, AccountClass};

/// What is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Captured and not yet settled.
    Clearing,
    /// Settled and not yet on the bank account.
    Receivable,
    /// The bank account to which providers pay.
    Bank,
    /// What the merchant's own acquirer owes for services that the provider does not pay out.
    Acquirer,
    /// Fees of providers.
    Fees,
    /// VAT on these fees.
    FeeVat,
    /// Differences that were tolerated.
    Rounding,
    /// What is open: unexplained rows.
    Suspense,
    /// Differences between what was captured and what was settled.
    Differences,
    /// Chargebacks.
    Chargebacks,
    /// Sales as captured, where avstem books them too.
    Sales,
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 11] = [
        Self::Clearing,
        Self::Receivable,
        Self::Bank,
        Self::Acquirer,
        Self::Fees,
        Self::FeeVat,
        Self::Rounding,
        Self::Suspense,
        Self::Differences,
        Self::Chargebacks,
        Self::Sales,
    ];

    /// Its key in the configuration.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Clearing => "clearing",
            Self::Receivable => "receivable",
            Self::Bank => "bank",
            Self::Acquirer => "acquirer",
            Self::Fees => "fees",
            Self::FeeVat => "fee_vat",
            Self::Rounding => "rounding",
            Self::Suspense => "suspense",
            Self::Differences => "differences",
            Self::Chargebacks => "chargebacks",
            Self::Sales => "sales",
        }
    }

    /// What the account is.
    #[must_use]
    pub fn class(self) -> AccountClass {
        match self {
            Self::Clearing | Self::Receivable | Self::Bank | Self::Acquirer | Self::FeeVat => AccountClass::Asset,
            Self::Suspense => AccountClass::Liability,
            Self::Fees | Self::Rounding | Self::Differences | Self::Chargebacks => AccountClass::Expense,
            Self::Sales => AccountClass::Income,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Clearing => "Captured, not settled",
            Self::Receivable => "Settled, not paid out",
            Self::Bank => "Bank",
            Self::Acquirer => "Receivable from acquirer",
            Self::Fees => "Payment fees",
            Self::FeeVat => "VAT on fees",
            Self::Rounding => "Rounding",
            Self::Suspense => "Unexplained settlements",
            Self::Differences => "Settlement differences",
            Self::Chargebacks => "Chargebacks",
            Self::Sales => "Captured sales",
        }
    }
}

/// A plan of accounts with defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Plan {
    /// BAS, Sweden.
    #[default]
    Bas,
    /// NS 4102, Norway.
    Ns4102,
}

impl Plan {
    /// The plan of a name in the configuration.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "bas" => Some(Self::Bas),
            "ns4102" => Some(Self::Ns4102),
            _ => None,
        }
    }

    fn number(self, role: Role) -> &'static str {
        let (bas, ns4102) = match role {
            Role::Clearing => ("1580", "1570"),
            Role::Receivable => ("1689", "1571"),
            Role::Bank => ("1930", "1920"),
            Role::Acquirer => ("1688", "1572"),
            Role::Fees => ("6040", "7770"),
            Role::FeeVat => ("2641", "2711"),
            Role::Rounding => ("3740", "7740"),
            Role::Suspense => ("2999", "2990"),
            Role::Differences => ("6999", "7790"),
            Role::Chargebacks => ("6351", "7830"),
            Role::Sales => ("3999", "3990"),
        };
        match self {
            Self::Bas => bas,
            Self::Ns4102 => ns4102,
        }
    }
}

/// Where what is booked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accounts {
    /// The plan whose defaults hold.
    pub plan: Plan,
    /// Other numbers than the defaults.
    pub numbers: BTreeMap<Role, String>,
    /// Accounts of findings of a code, in place of those for suspense and differences.
    pub by_code: BTreeMap<String, String>,
    /// Names of accounts, by number.
    pub names: BTreeMap<String, String>,
}

impl Accounts {
    /// The account of a role.
    #[must_use]
    pub fn number(&self, role: Role) -> &str {
        self.numbers.get(&role).map_or_else(|| self.plan.number(role), String::as_str)
    }

    /// The account of what a code found, which stands on another one by default.
    #[must_use]
    pub fn of_code(&self, code: &str, default: Role) -> &str {
        self.by_code.get(code).map_or_else(|| self.number(default), String::as_str)
    }

    /// An account with its name: as configured, else by what it is for.
    #[must_use]
    pub fn account(&self, number: &str) -> Account {
        let role = Role::ALL.into_iter().find(|role| self.number(*role) == number);
        let of_code = self.by_code.iter().find(|(_, account)| *account == number).map(|(code, _)| code.as_str());
        let default = match role {
            Some(role) => role.name(),
            None => of_code.unwrap_or(number),
        };
        Account {
            number: number.to_owned(),
            name: self.names.get(number).map_or(default, String::as_str).to_owned(),
            class: role.map_or(AccountClass::Liability, Role::class),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_those_of_the_plan_unless_others_are_named() {
        let norwegian = Accounts { plan: Plan::Ns4102, ..Accounts::default() };
        let own = Accounts {
            numbers: [(Role::Bank, "1940".to_owned())].into(),
            by_code: [("settled-unknown".to_owned(), "2421".to_owned())].into(),
            names: [("1940".to_owned(), "Företagskonto".to_owned())].into(),
            ..Accounts::default()
        };
        let bank = |accounts: &Accounts| accounts.number(Role::Bank).to_owned();
        assert_eq!([bank(&Accounts::default()), bank(&norwegian), bank(&own)], ["1930", "1920", "1940"]);
        assert_eq!(own.of_code("settled-unknown", Role::Suspense), "2421");
        assert_eq!(own.of_code("settled-twice", Role::Suspense), "2999");
        let named = |number: &str| {
            let Account { name, class, .. } = own.account(number);
            (name, class)
        };
        assert_eq!(named("1940"), ("Företagskonto".to_owned(), AccountClass::Asset));
        assert_eq!(named("6040"), ("Payment fees".to_owned(), AccountClass::Expense));
        assert_eq!(named("2421"), ("settled-unknown".to_owned(), AccountClass::Liability));
    }

    #[test]
    fn no_account_of_a_plan_serves_two_purposes() {
        for plan in [Plan::Bas, Plan::Ns4102] {
            let mut numbers: Vec<&str> = Role::ALL.into_iter().map(|role| plan.number(role)).collect();
            numbers.sort_unstable();
            numbers.dedup();
            assert_eq!(numbers.len(), Role::ALL.len());
        }
    }
}
