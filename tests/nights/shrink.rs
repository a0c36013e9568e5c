//! Makes a story that fails smaller as long as it fails in the same way: fewer nights, files and lines.

use crate::night::{Checks, Story, followed};

/// How often a smaller story is tried at most.
const TRIES_MAX: usize = 600;

/// The smallest story found, as text, and how it fails.
pub fn shrunk(mut story: Story, wrong: &str, checks: Checks) -> (String, String) {
    let mut left = wrong.to_owned();
    let kind = kind(wrong);
    // A long story is not run hundreds of times.
    let mut tries = if story.nights.len() > 60 { 0 } else { TRIES_MAX };
    loop {
        let mut smaller = false;
        for step in steps(&story) {
            if tries == 0 {
                return (text(&story), left);
            }
            let Some(candidate) = step.taken(&story) else { continue };
            tries -= 1;
            match followed(&candidate, checks) {
                Err(now) if self::kind(&now) == kind => (story, left, smaller) = (candidate, now, true),
                _ => {}
            }
        }
        if !smaller {
            return (text(&story), left);
        }
    }
}

/// What is wrong without where: the first words after the night, up to a number or a line.
fn kind(wrong: &str) -> String {
    let said = wrong.split_once(": ").map_or(wrong, |(_, said)| said);
    said.chars().take_while(|letter| !letter.is_ascii_digit() && *letter != '\n' && *letter != '[').collect()
}

/// A way to make a story smaller.
enum Step {
    Night(usize),
    Plain(usize),
    File(usize, usize),
    Line(usize, usize, usize),
}

/// The ways, the last of every kind first, so that the numbers of the others stay right.
fn steps(story: &Story) -> Vec<Step> {
    let mut steps = Vec::new();
    for night in (0..story.nights.len()).rev() {
        steps.push(Step::Night(night));
        steps.push(Step::Plain(night));
    }
    for (night, given) in story.nights.iter().enumerate().rev() {
        for file in (0..given.files.len()).rev() {
            steps.push(Step::File(night, file));
        }
    }
    for (night, given) in story.nights.iter().enumerate().rev() {
        for (file, content) in given.files.iter().enumerate().rev() {
            let lines = content.bytes.split_inclusive(|byte| *byte == b'\n').count();
            steps.extend((1..lines).rev().map(|line| Step::Line(night, file, line)));
        }
    }
    steps
}

impl Step {
    fn taken(&self, story: &Story) -> Option<Story> {
        let mut story = story.clone();
        match *self {
            Step::Night(night) => {
                if story.nights.len() < 2 || night >= story.nights.len() {
                    return None;
                }
                story.nights.remove(night);
            }
            Step::Plain(night) => {
                let night = story.nights.get_mut(night)?;
                if !night.again && !night.growing && night.settings.is_none() {
                    return None;
                }
                (night.again, night.growing, night.settings) = (false, false, None);
            }
            Step::File(night, file) => {
                let files = &mut story.nights.get_mut(night)?.files;
                if file >= files.len() {
                    return None;
                }
                files.remove(file);
            }
            Step::Line(night, file, line) => {
                let bytes = &mut story.nights.get_mut(night)?.files.get_mut(file)?.bytes;
                let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
                if line >= lines.len() {
                    return None;
                }
                lines.remove(line);
                *bytes = lines.concat();
            }
        }
        Some(story)
    }
}

/// A story as a person reads it.
fn text(story: &Story) -> String {
    let mut text = format!("{}\n", story.settings);
    for (number, night) in story.nights.iter().enumerate() {
        let how = match (night.growing, night.again) {
            (false, false) => "",
            (true, false) => ", with all files so far",
            (false, true) => ", run twice",
            (true, true) => ", with all files so far, run twice",
        };
        text.push_str(&format!("== night {} as of {}{how}\n", number + 1, night.as_of));
        if let Some(settings) = &night.settings {
            text.push_str(&format!("-- configured anew:\n{settings}\n"));
        }
        for file in &night.files {
            let provider = file.provider.as_deref().unwrap_or("-");
            text.push_str(&format!("-- {} ({}, provider {provider})\n", file.path, file.dataset));
            text.push_str(&String::from_utf8_lossy(&file.bytes).replace('\r', "\\r\n"));
            text.push('\n');
        }
    }
    text
}
