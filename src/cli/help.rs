//! The longer texts of `--help` and of the manual page.

/// What the program is for.
pub const ABOUT: &str = "\
Reconciles what was ordered, what was captured and reversed, and what the payment providers settled, to the last \
minor unit. It reads exported files, writes a folder of reports, and proves that no record was lost or used twice.";

/// Below the short and the long help of the program.
pub const AFTER: &str = "\
Exit status:
  0  reconciled
  1  open discrepancies
  2  nothing written: usage, unreadable input, bad configuration
  3  reports written but incomplete: rejected rows, or a control total that does not close

Examples:
  avstem run --orders orders.csv --captures captures.csv --settlements settlements/
  avstem check --config avstem.toml
  avstem explain 1001 --config avstem.toml
  avstem verify avstem-out
  avstem init exports/ --out avstem.toml

`avstem run --help` explains inputs, configuration and environment.";

/// What `run` does.
pub const RUN: &str = "\
Reads the inputs, compares them and writes the reports into one folder: discrepancies.csv, batches.csv, rejects.csv, \
summary.json and what else is asked for. All of them appear together or not at all.

Standard output shows the result: the findings by code with the sum of their differences (open, then pending, then \
listed ones), the control totals, and the folder. Everything else goes to standard error.";

/// Below the long help of `run`.
pub const AFTER_RUN: &str = "\
Paths:
  A PATH is a file, a folder (all files below it, hidden ones left out), a quoted glob such as
  'exports/captures-*.csv', or - for standard input (once). Each option may be repeated.
  Files may be compressed (gzip, zstd).
  Where any input is given on the command line, the [[source]] entries of the configuration
  are not read; its other settings hold.

Configuration (--config, TOML; paths are relative to the file):
  out = \"reports\"
  timezone = \"Europe/Stockholm\"           # zone of timestamps without one, and of ages
  provider = \"default\"                    # of rows and sources that name none
  log_format = \"json\"                     # or \"text\": standard error
  metrics = \"avstem.prom\"
  lang = \"sv\"                             # of the page: en, sv, nb, da, fi
  state = \"night.db\"                      # what is open is carried from night to night
  fail_on = \"settled-twice,10000SEK\"      # what makes status 1
  currencies = { XYZ = 2 }                # codes beyond ISO 4217, with their decimals
  [rules]
  capture_days = 7
  settlement_days = 5
  capture_calendar = \"SE\"                 # count business days there: SE, NO, DK, FI
  settlement_calendar = \"SE\"
  payout_days = 5                         # a payout that is not on the bank account is pending; payout_calendar
  retain_days = 800                       # after its last row a closed group stays in the state
  vat_tolerance = 1                       # minor units
  amount_tolerance = { SEK = 0 }          # minor units by currency
  tolerance_budget = { SEK = 0 }
  [providers.swedbank_pay]
  keys = [\"operation_id\", \"transaction_number\", \"payee_reference\", \"transaction_id\"]
  unique_reference = true                 # false: only operation_id names an operation
  bank_names = [\"PayEx\"]                  # transfers to the bank account carry one of these names
  [[source]]
  path = \"exports/captures-*.csv\"
  dataset = \"captures\"                    # orders, captures, reversals, settlements, bank, payouts
  provider = \"swedbank_pay\"
  profile = \"shop\"                        # how the file is written; not for canonical files
  [[expect]]                              # a file that must come, or it is file-missing
  provider = \"swedbank_pay\"
  dataset = \"settlements\"                 # the default
  every = \"business-day\"                  # day, week, month
  calendar = \"SE\"                         # needed for business days; latest_by_days counts them too
  latest_by_days = 1                      # after the last day of its period
  from = 2026-10-01                       # a day of the first period
  [profiles.shop]                         # avstem init FILE proposes one
  delimiter = \";\"                         # or \"tab\"; quote = \"none\" where quotes are plain signs
  encoding = \"windows-1252\"               # utf-8, utf-16, iso-8859-1, iso-8859-15
  decimal = \",\"
  grouping = \"space\"                      # or \".\", \",\", \"'\"
  amount_unit = \"major\"                   # kronor, euros; \"minor\" for öre, cents
  date_format = \"%d.%m.%Y\"               # letters of strftime
  columns = { order_id = \"Ordernr\", amount = \"Belopp\", created_at = \"Datum\" }
  constants = { currency = \"SEK\" }       # and timezone, sheet, header_row, values, split, join, negate,
                                          # negate_kinds, only, vat_rate_unit: see the README
  [journal], [accounts], [account_names], [dimensions.NAME], [periods], [[tariff]] and [[payouts]] are
  for the books: see the README

Environment:
  Every option but the inputs can come from a variable: AVSTEM_ and its name in capitals, such as
  AVSTEM_CONFIG, AVSTEM_AS_OF, AVSTEM_CAPTURE_DAYS or AVSTEM_QUIET=1. An empty one counts as none.
  Options win over variables, variables over the configuration. NO_COLOR turns colours off.

What makes status 1 (--fail-on):
  any          any open finding; the default
  none         no finding does
  a list       of codes and amounts with commas between, such as settled-twice,file-missing,10000SEK:
               an open finding of one of the codes, or open differences of a currency whose sizes (too
               much and too little alike) sum to at least the amount, which is in major units
  The reports are the same in any case, and so are status 2 and 3.

Workbook (--reports xlsx):
  report.xlsx holds the whole report for people: a summary, what is to be done (largest first, with
  columns for a status and a note), what is pending, batches, ages, each leg, and a legend of the
  codes. The next run replaces it: keep a copy of one that has notes in it.

Night after night (--state FILE):
  The report is that of one run over the files of all nights. The file is made where there is none;
  give only what is new, or a folder that grows: what was read on an earlier night is known by its
  content and skipped. Findings keep the day on which they were first seen, and cleared.csv lists
  those that are gone with the rows that closed them. The same night again changes nothing.
  A day earlier than the last night is refused; with --replay the state is set aside and a new one
  begun. One run works with a state at a time; another one ends with 2 at once.
  --matches and --reports parquet need all rows, and cannot be given with a state.
  See `avstem history`, `open`, `note` and `close`.

The page (--reports html):
  report.html is one file for people, in the language of --lang: where the money is, what is open, and
  each finding with its records, what it means and what to do. It loads nothing from elsewhere.

Log and metrics:
  --log-format json writes every warning, note and error as a line of JSON with time, level and
  message, and file, line, column and help where they are known; a note when the run began and one
  when it ended, with rows, open, pending, duration_ms and status.
  --metrics FILE is written when the run has ended, also when it failed: it is renamed into its place,
  and counts on from the file of the run before. A run that wrote no report leaves its figures.

Exit status:
  0  reconciled
  1  open discrepancies, as far as --fail-on asks for them
  2  nothing written: usage, unreadable input, bad configuration
  3  reports written but incomplete: rejected rows, or a control total that does not close

Examples:
  avstem run --orders orders.csv --captures captures.csv --settlements 'settled/*.csv'
  avstem run --config avstem.toml --as-of 2026-10-31 --out reports/2026-10-31
  avstem run --config avstem.toml --format json | jq .codes
  avstem run --config avstem.toml --state night.db --quiet
  avstem run --config avstem.toml --reports html --lang sv
  ssh shop cat captures.csv | avstem run --orders orders.csv --captures - --quiet";

/// What `check` does.
pub const CHECK: &str = "\
Reads the inputs and compares nothing. Shows a line a file: its format, dataset and provider, how many rows it holds \
and how many of them cannot be read, the sums by currency, and whether the totals that it states are those of its \
rows. Writes no file.";

/// Below the long help of `check`.
pub const AFTER_CHECK: &str = "\
Inputs, configuration and environment are those of `avstem run --help`.

Exit status:
  0  every row can be read and every stated total ties
  1  a stated total does not tie
  2  usage, unreadable input, bad configuration
  3  rows that cannot be read

Examples:
  avstem check --settlements R1234-0001.xml
  avstem check --config avstem.toml --format json";

/// What `explain` does.
pub const EXPLAIN: &str = "\
Tells everything known of a KEY: what it is, its records with file and line, the way to the verdict on each (what was \
ordered and moved, the keys that were tried, what was paired with what, which candidates were refused and why), the \
findings that name it with what they mean and what to do, and its batches. Records that are matched are told as well.

The inputs are reconciled as `avstem run` does it, and nothing is written. The way to each verdict is then found once \
more, by itself; where the two differed, that would be an error and not a story.";

/// Below the long help of `explain`.
pub const AFTER_EXPLAIN: &str = "\
Inputs, configuration and environment are those of `avstem run --help`. Give the same settings as in
the run that is asked about.
  --state FILE  asks all rows that the state holds, as of its last night (with the same --config)
  --report DIR  asks the files of a report alone: the rows of its tables that name the key

Exit status:
  0  told
  1  no such key
  2  usage, unreadable input, bad configuration

Examples:
  avstem explain 1001 --orders orders.csv --captures captures.csv --settlements settled/
  avstem explain 1001/2 --config avstem.toml --as-of 2026-10-31
  avstem explain 739908 --config avstem.toml --format json | jq .batches
  avstem explain 3f9a0c1d22b47e65 --report avstem-out";

/// What `verify` does.
pub const VERIFY: &str = "\
Proves a report folder from its files alone, without the inputs: every record accounted for, sums, sort order, and \
the hash of every file. With --state it proves a state too, or only that: every page of its file, and that its log was only \
ever added to.";

/// Below the long help of `verify`.
pub const AFTER_VERIFY: &str = "\
Exit status:
  0  everything holds
  1  something does not; standard error says what, and where
  2  usage, or no such folder or state

Examples:
  avstem verify avstem-out
  avstem verify --state night.db";

/// What `init` does.
pub const INIT: &str = "\
Looks at files as a shop, an ERP or a provider exports them, and proposes a configuration: a [[source]] for each kind of \
file, and for tables a profile with the encoding, the delimiter, how amounts and days are written, and which header is \
which column. Headers are known in Swedish, Norwegian, Danish, English and Finnish.

Nothing is guessed in silence. A line with `guess` above it was taken and waits to be confirmed; what could not be told is \
a TODO with its choices, and where an amount, a day or the kind of the rows could be read in two ways, the source is \
switched off until somebody chose. Only parts of each file are looked at, and no texts of columns that are not used are \
shown.";

/// Below the long help of `init`.
pub const AFTER_INIT: &str = "\
A FILE is a file, a folder (all files below it, hidden ones left out), a quoted glob, or - for standard input.
Paths in the configuration are relative to the file of --out, else to the working directory.
No variable of the environment is read.

Exit status:
  0  a configuration was written
  2  nothing written: usage, no file that can be read, or a file is there already

Examples:
  avstem init exports/ --out avstem.toml
  avstem init 'exports/*.csv' settlements/R1234-0001.xml
  avstem check --config avstem.toml";

/// What `shard` does.
pub const SHARD: &str = "\
Does one stage of a run that is spread over many machines by an engine such as Spark: it reads its partition as an Arrow \
IPC stream on standard input, applies the functions that `run` applies to its own shards, and writes what was found, what \
its rows add up to and what goes on to the next stage as an Arrow IPC stream on standard output. It keeps nothing: run \
again on the same rows it writes the same. Any error ends it with status 2 and a message, and the engine tries again.

samples/spark/avstem_spark.py drives the stages on PySpark and Sail.";

/// Below the long help of `shard`.
pub const AFTER_SHARD: &str = "\
Columns of every stream:
  kind       what the text is: input, file, split, job, row, finding, totals, seen, reject
  shard      rows of kind row with one value are judged together: deal them out by it
  round      the round of keys in which a row is judged; absent before and without one
  reference  operations with one value share a payee reference
  file       the number of the file in the job
  text       a row as it stands in its file, with its line as the last field; all else is JSON

The way of a run (d: once, on the driver; w: once a partition):
  d  plan         inputs as for `run`    -> job, input
  w  files        input                  -> file
  d  job          all of kind file       -> job, split
  w  read         split                  -> row, and what the driver gathers
  d  facts        all of kind seen       -> job
  w  lines        rows without a round, by shard
  w  operations   rows of --round K, by shard; one K of the job's `used_rounds` after the other
  w  references   rows with a reference that others have too, by reference
  w  batches      rows of the round `rounds`, by shard
  d  report       all that is no row, of all stages -> a folder; exit status as that of `run`

Examples:
  avstem shard --stage plan --config avstem.toml --as-of 2026-10-31 > plan.arrow
  avstem shard --stage lines --job job.json < partition.arrow > found.arrow
  avstem shard --stage report --job job.json --out reports < gathered.arrow";

/// Below the long help of `completions`.
pub const AFTER_COMPLETIONS: &str = "\
Examples:
  avstem completions bash > ~/.local/share/bash-completion/completions/avstem
  avstem completions zsh > ~/.zfunc/_avstem
  avstem completions fish > ~/.config/fish/completions/avstem.fish";

/// Below the long help of `man`.
pub const AFTER_MAN: &str = "\
Examples:
  avstem man > ~/.local/share/man/man1/avstem.1
  avstem man run > ~/.local/share/man/man1/avstem-run.1";

/// What `history` does.
pub const HISTORY: &str = "\
Lists the nights of a state: how many files and rows came, how many rows could not be read, how many findings opened and \
cleared, what was open and pending after it, and its exit status. With --night N it shows one night: its inputs, what was \
first seen on its day and is still there, and what was gone on its day with the rows that closed it. Changes nothing.";

/// Below the long help of `history`.
pub const AFTER_HISTORY: &str = "\
Exit status:
  0  shown
  2  no state, no such night, or usage

Examples:
  avstem history --state night.db
  avstem history --state night.db --night 31
  avstem history --state night.db --format json | jq .nights[-1]";

/// What `open` does.
pub const OPEN: &str = "\
Lists what was open after the last night of a state, the oldest first: a table by code, currency and age (0-7, 8-30, 31-90, \
91 and more days), then the findings with their ids and what was last said of each. The age is that of the newest record of \
a finding, or where it has none, counts from the day on which it was first seen. Changes nothing.";

/// Below the long help of `open`.
pub const AFTER_OPEN: &str = "\
Exit status:
  0  shown, whether something is open or not
  2  no state, or usage

Examples:
  avstem open --state night.db
  avstem open --state night.db --all
  avstem open --state night.db --format json | jq '.items[] | select(.bucket == \"91 and more\")'";

/// What `close-month` does.
pub const CLOSE_MONTH: &str = "\
Closes a month from a state: per provider and currency what was captured and not settled at its beginning, what was captured, \
reversed and settled in it, and what is open at its end; the balances of the accounts, and whether the vouchers that were \
written come to them; and what is open, by age. What the state knows today counts in the month that it belongs to, also what \
came later. Prints the tables and writes them as bridge.csv, accounts.csv and open-items.csv. Changes nothing in the state.";

/// Below the long help of `close-month`.
pub const AFTER_CLOSE_MONTH: &str = "\
Exit status:
  0  all ties
  1  something does not tie: it is marked, and said on standard error
  2  no state, or usage

Examples:
  avstem close-month 2026-10 --state night.db --config avstem.toml
  avstem close-month 2026-10 --state night.db --format json | jq .bridge";

/// What `journal` does.
pub const JOURNAL: &str = "\
Lists the vouchers that the nights of a state have written. With --settlement ID those of one settlement are written again, \
each marked as a copy: a settlement is booked once and only once, and a copy is for those who have lost the first. Changes \
nothing in the state.";

/// Below the long help of `journal`.
pub const AFTER_JOURNAL: &str = "\
Exit status:
  0  shown or written
  2  no state, no such settlement, a file that is there already, or usage

Examples:
  avstem journal --state night.db
  avstem journal --state night.db --settlement R1234-0001 --reports sie --config avstem.toml";

/// What `note` does.
pub const NOTE: &str = "\
Writes a sentence on a finding of the last night into the log of the state. `avstem open` shows the last one beside the \
finding, and with --format json all of them. The finding stays as it is.";

/// What `close` does.
pub const CLOSE: &str = "\
Closes a finding of the last night: from the next night on it has the status `closed`, says who closed it and why, and does \
not make a run end with 1. It stays in the report while it is there, and is cleared when it is gone.";

/// Below the long help of `note` and `close`.
pub const AFTER_DECIDE: &str = "\
What is decided is kept in the state, in a log that only grows: who, when, and what the finding was.
Its entries are chained by their hashes, and `avstem verify --state FILE` finds any that was changed.
A closed finding has the status `closed` and does not make a run end with 1. It is open again when
its amounts or the number of its records change.

Examples:
  avstem note 3f2c9a0d51e7b846 \"asked the provider\" --state night.db
  avstem close 3f2c9a0d51e7b846 --reason \"written off, voucher A118\" --state night.db";
