// Layout of a compiled ruleset. Little-endian, position-independent: every offset is from the first byte.
//
// ╒═ header ═══════════════════════════════════════════════════════════════════════════════════════╕
// │  0 label "WGRULES6"   8 u32 size   12 u32 checksum of bytes 16..size                           │
// │ 16 sections: SECTION_COUNT × (u32 offset, u32 count), in the order of enum Section             │
// ╘════════════════════════════════════════════════════════════════════════════════════════════════╛
// Sections are 8-byte aligned arrays of the fixed-size records below. Texts and operator tables are in Blob, and
// what records call an offset is from Blob's first byte.

/** "WGRULES6" as two words; the digit grows with every change of what a section or operand holds. */
export const LABEL_LOW: u32 = 0x55524757;
export const LABEL_HIGH: u32 = 0x3653454c;
export const HEADER_SIZE: u32 = 208;
export const SECTIONS_AT: u32 = 16;

export enum Section {
  Rules = 0,
  Conditions = 1,
  Probes = 2,
  Chains = 3,
  Lanes = 4,
  LaneChains = 5,
  Groups = 6,
  GroupConditions = 7,
  Negated = 8,
  Literals = 9,
  LiteralConditions = 10,
  LiteralSlots = 11,
  LiteralBitmap = 12,
  Actions = 13,
  Texts = 14,
  Blob = 15,
  /** A whole ruleset of its own, byte for byte: its rules are the document's exclusions. */
  Filters = 16,
  /** Beside Rules of the table in Filters, one each. */
  Exclusions = 17,
  Targets = 18,
  FilterInputs = 19,
  Overrides = 20,
  Attributes = 21,
  Processors = 22,
}
export const SECTION_COUNT: u32 = 23;

/** Addresses a ruleset has lanes for: room for those to come. */
export const ADDRESS_LIMIT: u32 = 32;

/** Record sizes by section, in bytes; 4 = u32, 1 = bytes. */
export const RECORD_SIZES = [
  64, 72, 24, 24, 40, 4, 24, 16, 4, 24, 4, 4, 1, 40, 8, 1, 1, 24, 24, 24, 32, 24, 24,
];
export const RULE_SIZE: u32 = 64;
export const CONDITION_SIZE: u32 = 72;
export const PROBE_SIZE: u32 = 24;
export const CHAIN_SIZE: u32 = 24;
export const LANE_SIZE: u32 = 40;
export const GROUP_SIZE: u32 = 24;
export const MEMBER_SIZE: u32 = 16;
export const LITERAL_SIZE: u32 = 24;
export const ACTION_SIZE: u32 = 40;
export const EXCLUSION_SIZE: u32 = 24;
export const TARGET_SIZE: u32 = 24;
export const FILTER_INPUT_SIZE: u32 = 24;
export const OVERRIDE_SIZE: u32 = 32;
export const ATTRIBUTE_SIZE: u32 = 24;
export const PROCESSOR_SIZE: u32 = 24;

// Rule: texts are (u32 offset, u32 length) pairs.
export const RULE_ID: u32 = 0;
export const RULE_NAME: u32 = 8;
export const RULE_TAGS: u32 = 16;
export const RULE_ON_MATCH: u32 = 24;
export const RULE_FIRST_CONDITION: u32 = 32;
export const RULE_CONDITION_COUNT: u32 = 36;
export const RULE_FLAGS: u32 = 40;
/** Rules of one type stand for one another: an event names the first that matched. */
export const RULE_TYPE: u32 = 44;
/** 0 = none, 1 = the default block action, n + 2 = record n of Actions. */
export const RULE_ACTION: u32 = 48;
/** First of its records in Attributes, and their number. */
export const RULE_ATTRIBUTES: u32 = 52;

export enum RuleFlag {
  Enabled = 1,
  Block = 2,
  /** Its match is told as a trigger of the event. */
  Event = 4,
  /** Its match is worth an event. */
  Keep = 8,
  /** From `custom_rules`: overrides leave it alone. */
  Custom = 16,
  /** No rule: keeps a value that attributes show. */
  Capture = 32,
}

/** Where the flags hold the rule's level, a Level; what is below it belongs to RuleFlag. */
export const RULE_LEVEL_SHIFT: u32 = 8;
export const RULE_LEVEL_MASK: u32 = 3;

/** The lowest sensitivity at which a rule looks. */
export enum Level {
  /** The rule says nothing. */
  None = 0,
  Low = 1,
  Default = 2,
  High = 3,
}

/** By Level, as in tags and configurations. */
export const LEVEL_NAMES = ["", "low", "default", "high"];

// Condition.
export const CONDITION_RULE: u32 = 0;
export const CONDITION_OPERATOR: u32 = 4;
export const CONDITION_NEGATED: u32 = 5;
export const CONDITION_INDEX: u32 = 6;
export const CONDITION_OPERAND: u32 = 8;
export const CONDITION_PROGRAM: u32 = 16;
export const CONDITION_VALUE: u32 = 24;
export const CONDITION_FIRST_PROBE: u32 = 32;
export const CONDITION_PROBE_COUNT: u32 = 36;
export const CONDITION_MASK_A: u32 = 40;
export const CONDITION_MASK_B: u32 = 48;
export const CONDITION_MIN_LENGTH: u32 = 56;
/** Bit per lane kind (enum LaneKind), for a quick look before the probes. */
export const CONDITION_KINDS: u32 = 60;
/** Bit per address. */
export const CONDITION_ADDRESSES: u32 = 64;
/** Checksum of match_regex_with_checksum. */
export const CONDITION_CHECKSUM: u32 = 68;

// Probe: one input of a condition.
export const PROBE_ADDRESS: u32 = 0;
export const PROBE_KIND: u32 = 1;
/** Index of its scan chain among the lane's chains. */
export const PROBE_LANE_CHAIN: u32 = 2;
export const PROBE_CHAIN: u32 = 4;
export const PROBE_PATH: u32 = 8;
export const PROBE_PATH_COUNT: u32 = 16;

// Chain of transformations: (u32 offset, u32 count) of its ids in Blob, then the classes that can trigger a change other than of case.
export const CHAIN_STEPS: u32 = 0;
export const CHAIN_TRIGGER: u32 = 8;
/** Last id is `lowercase` and nothing before it reads case: the prefilter folds case anyway. */
export const CHAIN_SCAN: u32 = 16;
/** 1 = it makes letters lower, also where nothing triggers another change. */
export const CHAIN_FOLDS: u32 = 20;

// Lane: everything that looks at one address and kind.
export const LANE_CHAINS: u32 = 0;
export const LANE_GROUPS: u32 = 8;
export const LANE_GATES: u32 = 16;
export const LANE_NEGATED: u32 = 24;
export const LANE_CONDITIONS: u32 = 32;
/** Elements of the longest key path that one of its probes asks for. */
export const LANE_PATHS: u32 = 36;

export enum LaneKind {
  Values = 0,
  Keys = 1,
  Scalars = 2,
}
export const LANE_KINDS: u32 = 3;

// Group of conditions with the same required classes; gates (no conditions) say whether a literal scan can pay.
export const GROUP_MASK_A: u32 = 0;
export const GROUP_MASK_B: u32 = 8;
export const GROUP_FIRST: u32 = 16;
export const GROUP_COUNT: u32 = 20;

// Member of a group (GroupConditions): what is asked of a condition before its operator, without its own record.
export const MEMBER_CONDITION: u32 = 0;
export const MEMBER_RULE: u32 = 4;
export const MEMBER_MIN_LENGTH: u32 = 8;
/** PROBE_LANE_CHAIN of its only probe. */
export const MEMBER_CHAIN: u32 = 12;
export const MEMBER_KIND: u32 = 13;

export enum MemberKind {
  /** One probe in the lane, any key path; the prefilter reads the bytes that the operator does. */
  Plain = 0,
  /** As above, and the operator reads them in lower case. */
  Lowers = 1,
  /** The condition's record and probes have to be looked at. */
  Other = 2,
  /** As Lowers where the variant is the value itself, else as Plain: a chain that changes a value lowers it too. */
  Folds = 3,
}

// Literal: a lower-case text that a match of its conditions contains.
export const LITERAL_GRAM: u32 = 0;
export const LITERAL_NEXT: u32 = 4;
export const LITERAL_TEXT: u32 = 8;
export const LITERAL_LENGTH: u32 = 12;
export const LITERAL_GRAM_AT: u32 = 14;
export const LITERAL_FIRST: u32 = 16;
export const LITERAL_COUNT: u32 = 20;
export const LITERAL_HASH: u32 = 0x9e3779b1;

// Action.
export const ACTION_KIND: u32 = 0;
export const ACTION_STATUS: u32 = 4;
export const ACTION_TEMPLATE: u32 = 8;
export const ACTION_LOCATION: u32 = 16;
export const ACTION_ID: u32 = 24;
export const ACTION_GRPC: u32 = 32;

export enum ActionKind {
  Block = 1,
  Redirect = 2,
  /** Nothing that stops a request. */
  Other = 3,
  /** As exclusions ask for: reports. */
  Monitor = 4,
}

// Exclusion: what becomes of the rules it targets while its conditions hold.
export const EXCLUSION_MODE: u32 = 0;
/** Of mode Custom, as RULE_ACTION. */
export const EXCLUSION_ACTION: u32 = 4;
/** (u32 first, u32 count) in Targets; none = every rule. */
export const EXCLUSION_TARGETS: u32 = 8;
/** (u32 first, u32 count) in FilterInputs. */
export const EXCLUSION_INPUTS: u32 = 16;

/** The greater one wins. */
export enum ExclusionMode {
  None = 0,
  /** Another action in place of the rule's own. */
  Custom = 1,
  /** The rule reports and does not block. */
  Monitor = 2,
  /** The rule does not match. */
  Bypass = 3,
  /** Certain inputs are not shown to the rule. */
  Inputs = 4,
}

// Target: which rules an exclusion or override is about.
export const TARGET_KIND: u32 = 0;
export const TARGET_ID: u32 = 8;
/** Text of (u16 length, key, u16 length, value)*: a rule has them all. */
export const TARGET_TAGS: u32 = 16;

export enum TargetKind {
  None = 0,
  Id = 1,
  Tags = 2,
}

// Input of an exclusion: everything at or below the path, whose elements are (u16 length, bytes)*; `*` is any one.
export const FILTER_INPUT_ADDRESS: u32 = 0;
export const FILTER_INPUT_COUNT: u32 = 4;
export const FILTER_INPUT_PATH: u32 = 8;

// Override of rules.
export const OVERRIDE_TARGETS: u32 = 0;
export const OVERRIDE_FLAGS: u32 = 8;
/** As RULE_ACTION, in this table. */
export const OVERRIDE_ACTION: u32 = 12;
export const OVERRIDE_ON_MATCH: u32 = 16;
/** A JSON object. */
export const OVERRIDE_TAGS: u32 = 24;

export enum OverrideFlag {
  SetsEnabled = 1,
  Enabled = 2,
  SetsOnMatch = 4,
  /** By tags: applied before those by id. */
  ByTags = 8,
}

// Attribute that a match puts on the event.
export const ATTRIBUTE_KEY: u32 = 0;
/** JSON of the value; empty when a condition keeps it. */
export const ATTRIBUTE_VALUE: u32 = 8;
/** The condition that keeps the value. */
export const ATTRIBUTE_CONDITION: u32 = 16;

// Processor.
export const PROCESSOR_KIND: u32 = 0;
export const PROCESSOR_FLAGS: u32 = 4;
export const PROCESSOR_OUTPUT: u32 = 8;

export enum ProcessorKind {
  None = 0,
  EndpointFingerprint = 1,
  HeaderFingerprint = 2,
  NetworkFingerprint = 3,
  SessionFingerprint = 4,
  JwtDecode = 5,
}

export enum ProcessorFlag {
  /** Its result is an input of rules. */
  Evaluate = 1,
  /** Its result is an attribute of the event. */
  Output = 2,
}

/** Entries of Texts: (u32 offset, u32 length) in Blob. */
export enum TextIndex {
  RulesVersion = 0,
  RedactKeys = 1,
  RedactValues = 2,
}
export const TEXT_COUNT: u32 = 3;

export enum Operator {
  None = 0,
  MatchRegex = 1,
  PhraseMatch = 2,
  ExactMatch = 3,
  IpMatch = 4,
  IsSqli = 5,
  IsXss = 6,
  Equals = 7,
  GreaterThan = 8,
  LowerThan = 9,
  Exists = 10,
  HiddenAsciiMatch = 11,
  MatchRegexWithChecksum = 12,
  IsShellInjection = 13,
  IsSsrfTarget = 14,
  IsJndiLookup = 15,
  IsXxe = 16,
  IsSsiInjection = 17,
  IsPrototypePollution = 18,
  IsNosqlInjection = 19,
  IsLdapInjection = 20,
  IsXpathInjection = 21,
  IsMailInjection = 22,
  IsHeaderInjection = 23,
  IsPathTraversal = 24,
  IsPhpInjection = 25,
  IsJavaInjection = 26,
  IsForgedJwt = 27,
  IsCodeInjection = 28,
  IsTemplateInjection = 29,
  IsOpenRedirect = 30,
  IsScriptUpload = 31,
  /** Ours: keeps the one scalar at a path, for attributes; rules cannot name it. */
  Capture = 32,
}

export const OPERATOR_NAMES = [
  "",
  "match_regex",
  "phrase_match",
  "exact_match",
  "ip_match",
  "is_sqli",
  "is_xss",
  "equals",
  "greater_than",
  "lower_than",
  "exists",
  "hidden_ascii_match",
  "match_regex_with_checksum",
  "is_shell_injection",
  "is_ssrf_target",
  "is_jndi_lookup",
  "is_xxe",
  "is_ssi_injection",
  "is_prototype_pollution",
  "is_nosql_injection",
  "is_ldap_injection",
  "is_xpath_injection",
  "is_mail_injection",
  "is_header_injection",
  "is_path_traversal",
  "is_php_injection",
  "is_java_injection",
  "is_forged_jwt",
  "is_code_injection",
  "is_template_injection",
  "is_open_redirect",
  "is_script_upload",
];
