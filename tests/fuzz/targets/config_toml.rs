//! Configuration files.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| {
    if let Err(problem) = avstem::cli::check_config("avstem.toml", text) {
        assert!(problem.starts_with("avstem.toml") || !problem.is_empty());
    }
});
