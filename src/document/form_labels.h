/* document/form_labels.h - words that forms name their fields with, and words of sentences; sorted
 * by bytes, in small letters.
 */
#ifndef Q_DOCUMENT_FORM_LABELS_H
#define Q_DOCUMENT_FORM_LABELS_H

/* clang-format off */
/* English, some German, French and Spanish. */
static const char *const labels[] = {
    "abn", "abteilung", "account", "acct", "activity", "address", "adresse", "advertiser", "age",
    "agency", "agreement", "allergies", "amount", "amt", "analyst", "anschrift", "answer",
    "apellido", "apellidos", "application", "approval", "approved", "area", "article", "assigned",
    "attention", "attn", "auftrag", "author", "authorized", "balance", "bank", "bankverbindung",
    "base", "batch", "bemerkung", "bemerkungen", "bestellnummer", "betrag", "bic", "bill",
    "birth", "booking", "branch", "brand", "brands", "budget", "building", "business", "buyer",
    "by", "carrier", "case", "category", "cause", "cc", "cell", "charge", "charges", "check",
    "chemical", "cheque", "city", "ciudad", "claim", "class", "client", "cliente", "code",
    "color", "colour", "comment", "comments", "committed", "commune", "company", "complete",
    "completed", "completion", "compound", "conclusion", "conditions", "contact", "contract",
    "copies", "copy", "correo", "cost", "costs", "country", "county", "coupon", "courriel",
    "coverage", "credit", "currency", "current", "customer", "date", "dated", "dates", "datum",
    "deadline", "debit", "delivery", "department", "deposit", "dept", "description", "design",
    "destination", "diagnosis", "dirección", "director", "discount", "distribution", "district",
    "division", "dob", "doctor", "document", "domicilio", "drawing", "due", "duration", "e-mail",
    "e-mail-adresse", "education", "effective", "einheit", "email", "employee", "employer", "end",
    "entry", "equipment", "est", "estimate", "estimated", "event", "exhibit", "expense",
    "experiment", "expiration", "expires", "expiry", "ext", "extension", "facsimile", "facture",
    "father", "fax", "fecha", "fee", "fees", "field", "file", "filed", "final", "firm", "firma",
    "first", "flavor", "floor", "form", "format", "fournisseur", "freight", "frequency", "from",
    "fund", "geburtsdatum", "geburtsort", "gender", "gesamt", "geschlecht", "grade", "gross",
    "group", "guest", "height", "home", "hospital", "hours", "iban", "id", "identification",
    "importe", "incidence", "initials", "initiated", "inspector", "instructions", "insurance",
    "interest", "investigator", "invoice", "issue", "issued", "item", "items", "job", "keywords",
    "kind", "kontakt", "konto", "kontonummer", "kunde", "kundennummer", "laboratory", "land",
    "language", "last", "leader", "length", "letter", "level", "license", "lieferant",
    "lieferdatum", "lieu", "lines", "list", "location", "lot", "maiden", "mail", "mailing",
    "manager", "manufacturer", "marital", "market", "material", "materials", "maximum", "media",
    "medication", "medium", "member", "memo", "menge", "message", "method", "middle", "minimum",
    "mobile", "model", "montant", "month", "mother", "nachname", "naissance", "name", "names",
    "nationality", "net", "next", "no", "nom", "nombre", "notes", "nr", "number", "nummer",
    "numéro", "número", "object", "objective", "objectives", "objet", "occupation", "office",
    "operator", "order", "ordered", "organization", "origin", "original", "originator", "ort",
    "other", "owner", "packing", "page", "pages", "paid", "part", "patient", "payable", "payee",
    "payment", "pays", "país", "per", "percent", "percentage", "period", "permit", "person",
    "personnel", "phone", "physician", "place", "plan", "plant", "plz", "policy", "position",
    "postal", "preis", "prepared", "previous", "price", "prices", "priority", "prix", "procedure",
    "process", "product", "production", "profession", "program", "project", "proposed",
    "province", "prénom", "publication", "purchase", "purpose", "qty", "quality", "quantities",
    "quantity", "quantité", "question", "race", "rate", "re", "reason", "reasons", "receipt",
    "received", "receiver", "rechnung", "rechnungsdatum", "rechnungsnummer", "recipient",
    "recommendation", "recommendations", "ref", "reference", "region", "registration", "regular",
    "relationship", "religion", "remarks", "report", "reported", "representative", "request",
    "requested", "requester", "requests", "required", "requirements", "reservation", "response",
    "results", "return", "reviewed", "revised", "revision", "road", "room", "route", "référence",
    "salary", "sales", "salesperson", "sample", "schedule", "school", "score", "section",
    "sender", "sent", "serial", "series", "service", "session", "sex", "shift", "ship",
    "shipment", "shipping", "signature", "signed", "site", "size", "sizes", "social", "société",
    "sold", "source", "speaker", "species", "spouse", "staatsangehörigkeit", "stadt", "staff",
    "start", "state", "status", "steuernummer", "store", "straße", "street", "study", "subject",
    "submitted", "subtotal", "summary", "summe", "supervisor", "supplier", "surname", "symptoms",
    "system", "tax", "tel", "telefax", "telefon", "telephone", "teléfono", "temperature", "term",
    "terms", "territory", "test", "time", "title", "to", "topic", "total", "town", "type",
    "téléphone", "unit", "units", "unterschrift", "use", "valid", "value", "vat", "vehicle",
    "vendor", "version", "via", "ville", "visit", "vol", "volume", "vorname", "ward", "week",
    "weight", "width", "witness", "work", "year", "years", "zahlung", "zip"};

/* Several of them make a sentence. */
static const char *const sentence_words[] = {
    "a", "am", "an", "are", "as", "at", "be", "been", "but", "can", "could", "did", "do", "does",
    "for", "had", "has", "have", "he", "her", "his", "i", "if", "in", "is", "it", "may", "must",
    "not", "on", "our", "she", "should", "that", "the", "their", "them", "these", "they", "this",
    "those", "was", "we", "were", "when", "which", "will", "with", "would", "you", "your"};
/* clang-format on */

#endif
