//! What is wrong with an input, in the words of the framework that this API's servers run on (Pydantic 2.14).

use users::Json;
use users::text::TextError;

/// One rule that a value breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rule {
    /// A required value is not there.
    Missing,
    /// The body is no object.
    ModelAttributesType,
    /// No string.
    StringType,
    /// Fewer code points than that.
    StringTooShort(usize),
    /// More code points than that.
    StringTooLong(usize),
    /// No object.
    DictType,
    /// No array.
    ListType,
    /// Nothing that could be read as a boolean.
    BoolType,
    /// A text or a number that is not read as a boolean.
    BoolParsing,
    /// A text that is no integer.
    IntParsing,
    /// A text with more digits than an integer may have.
    IntParsingSize,
    /// Less than that.
    GreaterThanEqual(i64),
    /// More than that.
    LessThanEqual(i64),
    /// The body is not JSON; what the decoder says.
    JsonInvalid(&'static str),
    /// No e-mail address; the reason.
    Email(String),
    /// A rule that diglot has and the framework knows nothing of: what the message says behind its prefix.
    Own(String),
}

impl Rule {
    /// A text rule that the value of this field breaks. The framework has words for lengths; the rest is ours.
    pub(crate) fn of_text(field: &str, error: TextError) -> Self {
        match error {
            TextError::TooShort { min } => Rule::StringTooShort(min),
            TextError::TooLong { max } => Rule::StringTooLong(max),
            TextError::Control | TextError::Nul | TextError::TooManyBytes { .. } | TextError::Form(_) => {
                Rule::Own(format!("{field} {error}"))
            }
        }
    }

    /// The machine's name of the rule.
    fn code(&self) -> &'static str {
        match self {
            Rule::Missing => "missing",
            Rule::ModelAttributesType => "model_attributes_type",
            Rule::StringType => "string_type",
            Rule::StringTooShort(_) => "string_too_short",
            Rule::StringTooLong(_) => "string_too_long",
            Rule::DictType => "dict_type",
            Rule::ListType => "list_type",
            Rule::BoolType => "bool_type",
            Rule::BoolParsing => "bool_parsing",
            Rule::IntParsing => "int_parsing",
            Rule::IntParsingSize => "int_parsing_size",
            Rule::GreaterThanEqual(_) => "greater_than_equal",
            Rule::LessThanEqual(_) => "less_than_equal",
            Rule::JsonInvalid(_) => "json_invalid",
            Rule::Email(_) | Rule::Own(_) => "value_error",
        }
    }

    /// The sentence for people.
    fn message(&self) -> String {
        match self {
            Rule::Missing => "Field required".to_owned(),
            Rule::ModelAttributesType => {
                "Input should be a valid dictionary or object to extract fields from".to_owned()
            }
            Rule::StringType => "Input should be a valid string".to_owned(),
            Rule::StringTooShort(min) => format!("String should have at least {}", characters(*min)),
            Rule::StringTooLong(max) => format!("String should have at most {}", characters(*max)),
            Rule::DictType => "Input should be a valid dictionary".to_owned(),
            Rule::ListType => "Input should be a valid list".to_owned(),
            Rule::BoolType => "Input should be a valid boolean".to_owned(),
            Rule::BoolParsing => "Input should be a valid boolean, unable to interpret input".to_owned(),
            Rule::IntParsing => "Input should be a valid integer, unable to parse string as an integer".to_owned(),
            Rule::IntParsingSize => "Unable to parse input string as an integer, exceeded maximum size".to_owned(),
            Rule::GreaterThanEqual(least) => format!("Input should be greater than or equal to {least}"),
            Rule::LessThanEqual(most) => format!("Input should be less than or equal to {most}"),
            Rule::JsonInvalid(_) => "JSON decode error".to_owned(),
            Rule::Email(reason) => format!("value is not a valid email address: {reason}"),
            Rule::Own(text) => format!("Value error, {text}"),
        }
    }

    /// The figures in the sentence, for machines.
    fn context(&self) -> Option<Json> {
        match self {
            Rule::Missing
            | Rule::ModelAttributesType
            | Rule::StringType
            | Rule::DictType
            | Rule::ListType
            | Rule::BoolType
            | Rule::BoolParsing
            | Rule::IntParsing
            | Rule::IntParsingSize => None,
            Rule::StringTooShort(min) => Some(object("min_length", number(min))),
            Rule::StringTooLong(max) => Some(object("max_length", number(max))),
            Rule::GreaterThanEqual(least) => Some(object("ge", number(least))),
            Rule::LessThanEqual(most) => Some(object("le", number(most))),
            Rule::JsonInvalid(message) => Some(object("error", text(message))),
            Rule::Email(reason) => Some(object("reason", text(reason))),
            // The framework puts the exception itself here, of which its JSON form shows nothing.
            Rule::Own(_) => Some(object("error", Json::Object(Vec::new()))),
        }
    }
}

/// Where in the request a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A part of the request, a parameter or a member.
    Name(&'static str),
    /// An array's item, or a character of the body.
    Index(usize),
}

/// One broken rule, where, and by what.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    /// Where, from the outside in.
    pub(crate) place: Vec<Step>,
    /// Which rule.
    pub(crate) rule: Rule,
    /// The value as the client may see it again.
    pub(crate) input: Json,
}

impl Fault {
    /// The item of the answer.
    pub(crate) fn to_json(&self) -> Json {
        let place = self.place.iter().map(|step| match step {
            Step::Name(name) => text(name),
            Step::Index(index) => number(index),
        });
        let mut members = vec![
            ("type".to_owned(), text(self.rule.code())),
            ("loc".to_owned(), Json::Array(place.collect())),
            ("msg".to_owned(), Json::String(self.rule.message())),
            ("input".to_owned(), self.input.clone()),
        ];
        members.extend(self.rule.context().map(|context| ("ctx".to_owned(), context)));
        Json::Object(members)
    }
}

/// Everything that is wrong with a request, in the order in which the answer lists it; never empty.
pub(crate) type Faults = Vec<Fault>;

fn characters(count: usize) -> String {
    format!("{count} character{}", if count == 1 { "" } else { "s" })
}

fn object(name: &str, value: Json) -> Json {
    Json::Object(vec![(name.to_owned(), value)])
}

fn text(value: &str) -> Json {
    Json::String(value.to_owned())
}

fn number(value: &impl ToString) -> Json {
    Json::Number(value.to_string())
}
