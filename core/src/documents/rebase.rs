//! Carries an edit of a text over to what the text has become meanwhile.
//!
//! A screen edits the text that it shows. When a colleague's words arrive while somebody types, the screen's text knows
//! nothing of them; writing it whole would delete them. So a screen says from which text it started, and the one stretch
//! that it changed is applied to the text as it is now. Where both changed the same stretch, both stay.

/// The one stretch in which two texts differ, as bytes of the first.
struct Stretch<'a> {
    start: usize,
    end: usize,
    now: &'a str,
}

/// `theirs` with what changed from `base` to `mine`. Words that either side added are never dropped.
pub(super) fn rebase(base: &str, mine: &str, theirs: &str) -> String {
    if base == theirs || mine == theirs {
        return mine.to_owned();
    }
    let my = differing(base, mine);
    let their = differing(base, theirs);
    let parts = if my.end <= their.start {
        [
            part(theirs, 0, my.start),
            my.now,
            "",
            part(theirs, my.end, theirs.len()),
        ]
    } else if my.start >= their.end {
        let moved = |at: usize| at - their.end + their.start + their.now.len();
        let (start, end) = (moved(my.start), moved(my.end));
        [
            part(theirs, 0, start),
            my.now,
            "",
            part(theirs, end, theirs.len()),
        ]
    } else {
        let (start, end) = (my.start.min(their.start), my.end.max(their.end));
        [
            part(base, 0, start),
            my.now,
            their.now,
            part(base, end, base.len()),
        ]
    };
    parts.concat()
}

fn differing<'a>(from: &str, to: &'a str) -> Stretch<'a> {
    let same = |(a, b): &(char, char)| a == b;
    let start: usize = from
        .chars()
        .zip(to.chars())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let tail: usize = part(from, start, from.len())
        .chars()
        .rev()
        .zip(part(to, start, to.len()).chars().rev())
        .take_while(same)
        .map(|(c, _)| c.len_utf8())
        .sum();
    Stretch {
        start,
        end: from.len() - tail,
        now: part(to, start, to.len() - tail),
    }
}

fn part(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_at_different_places_are_both_kept() {
        assert_eq!(rebase("甲丙", "甲乙丙", "甲丙丁"), "甲乙丙丁");
        assert_eq!(rebase("甲丙", "甲丙丁", "甲乙丙"), "甲乙丙丁");
        assert_eq!(rebase("", "我写的", "他写的"), "我写的他写的");
        assert_eq!(rebase("abc", "ac", "abcd"), "acd");
    }

    #[test]
    fn words_added_inside_a_stretch_that_is_rewritten_are_kept() {
        assert_eq!(rebase("一二三四", "五", "一二新三四"), "五新");
        assert_eq!(rebase("一二三四", "一二新三四", "五"), "新五");
    }

    #[test]
    fn without_another_change_the_text_is_taken_as_it_is() {
        assert_eq!(rebase("甲", "乙", "甲"), "乙");
        assert_eq!(rebase("甲", "甲乙", "甲乙"), "甲乙");
        assert_eq!(rebase("甲", "甲", "甲乙"), "甲乙");
    }

    proptest! {
        #[test]
        fn additions_of_both_sides_survive(
            base in "[a-d一二]{0,12}", at in 0..13_usize, other in 0..13_usize,
        ) {
            let put = |at: usize, word: &str| {
                let mut chars: Vec<char> = base.chars().collect();
                let at = at.min(chars.len());
                chars.splice(at..at, word.chars());
                chars.into_iter().collect::<String>()
            };
            let merged = rebase(&base, &put(at, "XYZ"), &put(other, "789"));
            prop_assert!(merged.contains("XYZ") && merged.contains("789"), "{merged}");
            prop_assert_eq!(merged.chars().count(), base.chars().count() + 6);
        }
    }
}
