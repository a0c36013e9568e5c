//! The command line from outside: exit status, both outputs, silence included. No case gets as far as reading a file.

use std::error::Error;
use std::process::{Command, Output, Stdio};

fn avstem(args: &[&str], variables: &[(&str, &str)]) -> Result<Output, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avstem"));
    command.args(args).env_clear().envs(variables.iter().copied()).stdin(Stdio::null());
    Ok(command.output()?)
}

#[test]
fn what_cannot_be_done_is_said_on_standard_error_with_status_2() -> Result<(), Box<dyn Error>> {
    let usage = "\n\nFor more information, try '--help'.\n";
    let cases: [(&[&str], &str); 8] = [
        (
            &["run", "--capture-days", "x", "--input", "-"],
            "invalid value 'x' for '--capture-days <N>': invalid digit found in string",
        ),
        (
            &["run", "--reports", "pdf"],
            "invalid value 'pdf' for '--reports <LIST>': no such report; there are csv and json (always), html, xlsx, parquet, sie, hledger, beancount and gbat10",
        ),
        (
            &["run", "--memory", "0"],
            "invalid value '0' for '--memory <SIZE>': the size is 0; leave the option out for no limit",
        ),
        (&["check", "--orders"], "a value is required for '--orders <PATH>' but none was supplied"),
        (&["check", "--orders", "nothing.csv"], "--orders nothing.csv: no such file or folder\n"),
        (&["check", "--config", "nothing.toml"], "nothing.toml: No such file or directory (os error 2)\n"),
        (&["verify", "nothing"], "nothing: no such folder\n"),
        (&["man", "nothing"], "no such command: `nothing`\n  help: avstem --help lists the commands\n"),
    ];
    for (args, expected) in cases {
        let output = avstem(args, &[])?;
        let usage = if expected.ends_with('\n') { "" } else { usage };
        assert_eq!(String::from_utf8(output.stderr)?, format!("avstem: error: {expected}{usage}"), "{args:?}");
        assert_eq!((String::from_utf8(output.stdout)?.as_str(), output.status.code()), ("", Some(2)), "{args:?}");
    }
    let output = avstem(&["check", "--input", "-"], &[("AVSTEM_THREADS", "0")])?;
    let expected = "avstem: error: AVSTEM_THREADS: invalid value '0' for '--threads <N>': 0 is not in 1..=512\n";
    assert_eq!((String::from_utf8(output.stderr)?.as_str(), output.status.code()), (expected, Some(2)));
    Ok(())
}

#[test]
fn help_version_completions_and_manual_are_results() -> Result<(), Box<dyn Error>> {
    let cases: [(&[&str], &str); 8] = [
        (&["--help"], "Exit status:"),
        (&["--version"], "avstem "),
        (&["run", "--help"], "AVSTEM_CAPTURE_DAYS"),
        (&["check", "-h"], "Usage: avstem check [OPTIONS]"),
        (&["completions", "bash"], "complete -F"),
        (&["completions", "zsh"], "#compdef avstem"),
        (&["man"], ".TH avstem 1"),
        (&["man", "run"], ".TH avstem-run 1"),
    ];
    for (args, expected) in cases {
        let output = avstem(args, &[])?;
        assert!(String::from_utf8(output.stdout)?.contains(expected), "{args:?}");
        assert_eq!((String::from_utf8(output.stderr)?.as_str(), output.status.code()), ("", Some(0)), "{args:?}");
    }
    let output = avstem(&[], &[])?;
    assert!(output.stdout.is_empty() && String::from_utf8(output.stderr)?.contains("Usage: avstem <COMMAND>"));
    assert_eq!(output.status.code(), Some(2));
    Ok(())
}

#[test]
fn a_reader_that_goes_away_is_no_failure() -> Result<(), Box<dyn Error>> {
    let (reader, writer) = std::io::pipe()?;
    drop(reader);
    let output = Command::new(env!("CARGO_BIN_EXE_avstem")).args(["completions", "bash"]).stdout(writer).output()?;
    assert_eq!((String::from_utf8(output.stderr)?.as_str(), output.status.code()), ("", Some(0)));
    Ok(())
}
