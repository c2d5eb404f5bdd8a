//! The options of a select or a row of checkboxes.

#[derive(Debug, Clone)]
pub(in crate::console) struct Choice {
    pub(in crate::console) value: String,
    pub(in crate::console) words: String,
    pub(in crate::console) is_chosen: bool,
}

/// A choice for each value with its words; chosen where `is_chosen` says so.
pub(in crate::console) fn choices<T>(
    values: impl IntoIterator<Item = T>,
    show: impl Fn(&T) -> (String, String),
    is_chosen: impl Fn(&T) -> bool,
) -> Vec<Choice> {
    values
        .into_iter()
        .map(|value| {
            let (text, words) = show(&value);
            Choice {
                value: text,
                words,
                is_chosen: is_chosen(&value),
            }
        })
        .collect()
}
