#include "document/expense_lexicon.h"

/* Phrases are folded as expense__fold does it: lower case, no accents, "no"
 * for number, a blank for anything between letters and digits.
 */
const expense_label expense__lexicon[] = {
    /* sums */
    {"TOTAL", EXPENSE_AMOUNT, 0.95F,
     "grand total|invoice total|total amount|total ttc|total rounded|rounded total|"
     "total after rounding|total rm rounded|total incl vat|total incl gst|total incl tax|"
     "total inclusive gst|total inclusive of gst|total inc gst|total sales incl gst|"
     "total sales inclusive gst|total sales inclusive of gst|total amt incl gst|"
     "total amt inclusive of gst|total amount incl gst|total amount inclusive gst|"
     "total with gst|total including gst|total including tax|total amt rounded|total to pay|"
     "total payable|amount payable|total amt payable|total amount payable|final total|"
     "gesamtbetrag|gesamtsumme|rechnungsbetrag|bruttosumme|bruttobetrag|endbetrag|endsumme|"
     "rechnungssumme brutto|summe brutto|gesamt brutto|gesamtbetrag brutto|rechnungssumme|"
     "rechnungsendbetrag|gesamtpreis brutto|total toutes taxes comprises|montant ttc|"
     "montant total|montant total ttc|totaal incl btw|totaal inclusief btw|total a payer|"
     "total includes gst|total include gst|amount incl gst|amt incl gst|amount including gst|"
     "invoice amount|bill total|total invoice amount|total invoice|total bill|order total"},
    {"TOTAL", EXPENSE_AMOUNT, 0.85F,
     "total|total sales|total rm|total amt|ttl|totaal|total eur|total usd|total gbp|total chf|"
     "total rp|total charges|jumlah|total price|gesamt|summe|gesamttotal|betrag gesamt|"
     "zu zahlender betrag|total purchase|sale total|net sales|total fare"},
    {"TOTAL", EXPENSE_AMOUNT, 0.6F, "amount|betrag|montant|amt|bedrag"},
    {"gross", EXPENSE_AMOUNT, 0.95F,
     "gross total|gross amount|total gross|gross billing|actual gross billing|gross charges|"
     "gross invoice amount|total gross amount|gross amt|gross invoice|invoice gross|"
     "gross advertising|gross"},
    {"net", EXPENSE_AMOUNT, 0.85F,
     "net total|nett total|net amount|nett amount|net amt|nett amt|net|nett|total net|net due|"
     "net amount due|net invoice amount|net billing|net invoice|total nett|net payable"},
    {"SUBTOTAL", EXPENSE_AMOUNT, 0.95F,
     "subtotal|sub total|sub ttl|zwischensumme|nettobetrag|nettosumme|summe netto|"
     "rechnungssumme netto|rechnungssumme ohne ust|gesamt netto|gesamtbetrag netto|"
     "gesamtpreis netto|netto gesamt|netto summe|total ht|montant ht|montant total ht|"
     "total hors taxes|total hors taxe|total net ht|subtotaal|totaal excl btw|"
     "totaal exclusief btw|total excl vat|total excluding vat|total excluding gst|"
     "total excl gst|total exclude gst|total before tax|total before gst|amount excl gst|"
     "total sales excluding gst|total sales excl gst|total exclusive gst|taxable amount|"
     "net before tax|total without tax|sous total|exclusief btw|excl btw|excl vat|excl gst|ex "
     "vat|excl mwst|excl tax|"
     "positionssumme|summe ohne mwst|"
     "total amt excl gst|sub total before discount|amount before tax|amount before gst"},
    {"SUBTOTAL", EXPENSE_AMOUNT, 0.6F, "netto|warenwert|basisbetrag"},
    {"TAX", EXPENSE_AMOUNT, 0.95F,
     "total tax|total gst|total vat|tax total|gst total|vat total|tax amount|gst amount|"
     "vat amount|sales tax|steuerbetrag|mwst betrag|ust betrag|ust gesamt|mwst gesamt|"
     "total taxes|total tva|montant tva|montant de la tva|totaal btw|gst payable|"
     "umsatzsteuerbetrag|add gst|total sst|summe mwst|summe ust|total tax amount"},
    {"TAX", EXPENSE_AMOUNT, 0.8F,
     "tax|gst|vat|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|btw|sst|service tax|"
     "versicherungsteuer|versicherungssteuer|enthaltene versicherungsteuer|"
     "zuzuglich umsatzsteuer|zzgl mwst|zzgl ust|inkl mwst|enthaltene mwst|state tax|"
     "local tax|hst|pst|taxes"},
    {"DISCOUNT", EXPENSE_AMOUNT, 0.9F,
     "discount|total discount|less discount|discount amount|disc|rabatt|gesamtrabatt|nachlass|"
     "remise|remise totale|korting|item discount|bill discount|gesamtbetrag der abschlage"},
    {"SHIPPING_HANDLING_CHARGE", EXPENSE_AMOUNT, 0.9F,
     "shipping|shipping handling|shipping and handling|freight|delivery charge|delivery fee|"
     "delivery chg|postage|versand|versandkosten|porto|fracht|frais de port|port|"
     "frais de livraison|verzendkosten|shipping cost|shipping costs"},
    {"SERVICE_CHARGE", EXPENSE_AMOUNT, 0.9F,
     "service charge|svc charge|svc chg|serv charge|service chrge|srv chg|service chg|"
     "servicegebuhr|bedienung|frais de service"},
    {"GRATUITY", EXPENSE_AMOUNT, 0.9F, "tip|tips|gratuity|trinkgeld|pourboire|fooi"},
    {"AMOUNT_PAID", EXPENSE_AMOUNT, 0.9F,
     "amount paid|paid amount|total paid|payment received|cash received|amount received|"
     "bereits gezahlt|gezahlt|erhaltene anzahlungen|anzahlung|deja paye|deja regle|acompte|"
     "cash tendered|amount tendered|total tendered|tendered|tender|reeds betaald|payments|"
     "paid amt|cash paid|payment amount|less payments"},
    {"AMOUNT_PAID", EXPENSE_AMOUNT, 0.75F,
     "cash|paid|payment|visa|visa card|master|mastercard|master card|debit card|credit card|"
     "bank card|amex|bar|barzahlung|especes|contant|pinbetaling|visa master|cash payment|tunai"},
    {"AMOUNT_DUE", EXPENSE_AMOUNT, 0.95F,
     "amount due|amt due|total due|due payable|balance due|total amount due|total balance "
     "due|zahlbetrag|"
     "zu zahlen|zu zahlender beitrag|offener betrag|offene zahlungen|noch zu zahlen|"
     "net a payer|solde a payer|reste a payer|montant du|te betalen|nog te betalen|"
     "please pay|pay this amount|please pay this amount|outstanding balance|falliger betrag|"
     "new balance|amount owing|current amount due|total amount owing|restbetrag"},
    {"AMOUNT_DUE", EXPENSE_AMOUNT, 0.7F, "due|pay|to pay|amount to pay"},
    {"PRIOR_BALANCE", EXPENSE_AMOUNT, 0.9F,
     "previous balance|prior balance|balance forward|opening balance|balance brought forward|"
     "past due balance|saldovortrag|ubertrag|solde precedent|last balance"},
    {"change", EXPENSE_AMOUNT, 0.9F,
     "change|change due|cash change|change given|ruckgeld|wechselgeld|rendu|monnaie|"
     "monnaie rendue|wisselgeld|balance|baki"},
    {"rounding", EXPENSE_AMOUNT, 0.9F,
     "rounding|rounding adj|rounding adjustment|rounding adjustments|round adj|rounding amt|"
     "rnd adj|round off|rundung|bill rounding|rounding diff|rounding amount|roundg adj|"
     "adj rounding|total rounding|rounding adjust|cash rounding"},
    {"", EXPENSE_NOTHING, 1,
     "total qty|total quantity|total item|total items|total no of items|total no of item|"
     "no of items|total spots|total pcs|total points|total saving|total savings|total count|"
     "item count|total units|total page|total pages|qty total|total line|total lines|"
     "agency commission|commission|commission agency|less agency commission|tax summary|"
     "gst summary|tax code|gst code|tax rate|gst rate|you saved|saved|points|total weight|"
     "gesamtbetrag der zuschlage|total disc|total aired spots|total cost|"
     "amount inclusive|price inclusive|prices inclusive|steuerbasisbetrag|steuersatz|"
     "total item s|total tax base|cost of goods|total number|total no"},
    /* dates */
    {"INVOICE_RECEIPT_DATE", EXPENSE_DATE, 0.95F,
     "invoice date|inv date|bill date|receipt date|date of issue|issue date|date issued|"
     "date of invoice|billing date|statement date|invoice dt|rechnungsdatum|rechnungs datum|"
     "belegdatum|beleg datum|ausstellungsdatum|date de facture|date facture|date d emission|"
     "date de la facture|factuurdatum|trans date|transaction date|tax invoice date|"
     "invoice date time|datum der rechnung|document date|doc date|bill dt|tx date"},
    {"INVOICE_RECEIPT_DATE", EXPENSE_DATE, 0.8F,
     "date|datum|dated|date time|le|tarikh|dt|print date|printed on|date of|en date du"},
    {"DUE_DATE", EXPENSE_DATE, 0.95F,
     "due date|payment due|payment due date|due by|due on|pay by|pay before|fallig am|"
     "falligkeit|faelligkeit|falligkeitsdatum|falligkeitstag|fallig|zahlbar bis|"
     "zu zahlen bis|date d echeance|echeance|a payer avant|a payer avant le|vervaldatum|"
     "zahlbar bis zum|uberweisen sie bis zum|bis zum|netto bis|date limite de paiement|"
     "betaaldatum|prelevement le|date de prelevement|date due|due"},
    {"ORDER_DATE", EXPENSE_DATE, 0.9F,
     "order date|bestelldatum|orderdatum|date de commande|auftragsdatum|bestellung vom|"
     "auftrag datum|date of order|bestelldatum kunde|po date"},
    {"DELIVERY_DATE", EXPENSE_DATE, 0.9F,
     "delivery date|ship date|shipping date|lieferdatum|leistungsdatum|leistungs datum|"
     "date de livraison|liefer und leistungsdatum|date of supply|service date|leverdatum|"
     "date of delivery|liefer datum"},
    {"", EXPENSE_NOTHING, 1,
     "expiry date|exp date|date of birth|vertrags datum|vertragsdatum|lieferschein datum|"
     "lieferscheindatum|check in|check out|invoice period|billing period|period|"
     "rechnungszeitraum|abrechnungszeitraum|order flight|flight|invoice month|gen date|"
     "date from|date to|valid until|gultig bis|auftrag datum lief|leistungszeitraum|air date|"
     "member since|expired|bis|skonto|stand|periode|contract dates|approved date|"
     "date range|schedule dates|flight dates|run date|best before|admission date"},
    /* numbers */
    {"INVOICE_RECEIPT_ID", EXPENSE_ID, 0.95F,
     "invoice no|inv no|invoice id|tax invoice no|receipt no|rcpt no|receipt id|bill no|"
     "cash bill no|invoice ref|rechnungsnummer|rechnungsnr|rechnung no|rechnungs no|"
     "rechnung id|facture no|no de facture|no facture|numero de facture|no de la facture|"
     "factuurnummer|factuurnr|factuur no|handelsrechnung no|handelsrechnung 380 no|"
     "rechnung des versicherers no|gutschrift no|kostenrechnung no|beleg no|belegnummer|"
     "belegnr|cash sales no|cash sale no|bon no|quittungs no|credit note no|avoir no|"
     "invoiceno|inv nos|tax inv no|sales invoice no|invoice code|rechnungskorrektur no|"
     "teilrechnung no|schlussrechnung no|invoice nos|invoice reference|kassenbon no"},
    {"INVOICE_RECEIPT_ID", EXPENSE_ID, 0.75F,
     "invoice|inv|receipt|rcpt|rechnung|facture|factuur|avoir|bill|document no|doc no|"
     "slip no|trans no|transaction no|trx no|ticket no|tax invoice|check no|chk no|chk|"
     "trans id|transaction id|tran no|tr no|cash bill|facture d acompte|receipt ref|rec no|"
     "trx id|doc id|document id|sales no|beitragsrechnung|order id|"
     "booking id|booking no|confirmation no|folio no"},
    {"INVOICE_RECEIPT_ID", EXPENSE_ID, 0.4F,
     "no|ref no|ref|reference|reference no|order no|bill to no|referenz|code"},
    {"PO_NUMBER", EXPENSE_ID, 0.9F,
     "po no|p o no|purchase order|purchase order no|customer po|your order|your order no|"
     "bestellnummer|bestellnr|bestell no|bestellung|bestellung no|auftragsnummer|auftragsnr|"
     "auftrags no|votre reference|votre ref|reference client|commande no|no de commande|"
     "bon de commande|ordernummer|your reference|your ref|ihre bestellung|order ref|"
     "ihre referenz|ihr zeichen|no commande|numero de commande|kundenbestellung|"
     "bestellnummer kunde|bestell no kd|auftrag no kunde|bestellreferenz"},
    {"PO_NUMBER", EXPENSE_ID, 0.6F, "po|order no|order|auftrag no|referenz des kaufers"},
    {"ACCOUNT_NUMBER", EXPENSE_ID, 0.85F,
     "account no|acct no|a c no|kontonummer|kontonr|konto no|no de compte|compte no|account|"
     "account id|bank account|acc no"},
    {"CUSTOMER_NUMBER", EXPENSE_ID, 0.85F,
     "customer no|customer id|client no|client id|kundennummer|kundennr|kunden no|no client|"
     "no de client|klantnummer|customer code|member no|ihre kundennummer|code client|"
     "cust no|cust id|debitorennummer|debitor no|numero client|reference abonne"},
    {"", EXPENSE_NOTHING, 1,
     "table no|tbl no|pos no|cashier no|counter no|terminal no|terminal id|register no|"
     "shift no|queue no|lieferschein no|lieferscheinnummer|vertrags no|vertragsnummer|"
     "order brand|serial no|sn|gln|blz|bic|iban|swift|iban no|zahler no|pax|auth code|"
     "approval code|estimate no|estimate|alt order no|deal no|agency code|agency ref|"
     "advertiser ref|card no|room no|page|page no|seite|station|trace no|batch no|batch|"
     "merchant id|mid|tid|contract|contract no|handelsregisternummer|hrb no|hrb|artikel no|"
     "globale nummer|globale no|phone no|bankleitzahl|kassen no|kasse|till|till no|"
     "license no|document type|invoice type|bill type|reservation no|lief no|rechnungswahrung|"
     "invoice to follow|counter|cashier|rep|salesperson|house no|ape|unsere gln|ihre gln|rev no"},
    /* terms and parties */
    {"PAYMENT_TERMS", EXPENSE_TEXT, 0.9F,
     "payment terms|payment term|terms|terms of payment|zahlungsbedingungen|"
     "zahlungsbedingung|conditions de paiement|conditions de reglement|betalingstermijn|"
     "zahlungsziel|credit term|credit terms|term"},
    {"vendor", EXPENSE_PARTY, 0.9F,
     "seller|vendor|supplier|remit to|remit address|remit payment to|please remit to|bill from|"
     "sold by|from|verkaufer|lieferant|rechnungsersteller|rechnungssteller|absender|vendeur|"
     "fournisseur|emetteur|leverancier|send payment to|mail payment to|remittance address|"
     "remit payments to|make checks payable to|payable to|service provider|remit"},
    {"receiver", EXPENSE_PARTY, 0.9F,
     "bill to|billed to|billing address|invoice to|invoiced to|sold to|buyer|purchaser|"
     "kaufer|kaufer leistungsempfanger|rechnungsempfanger|rechnung an|empfanger|acheteur|"
     "destinataire|adresse de facturation|facture a|factuuradres|rechnungsanschrift|"
     "rechnungsadresse|billing to|customer name|guest name|customer|client|kunde|"
     "leistungsempfanger|to|m s|bill name"},
    {"ship to", EXPENSE_PARTY, 0.9F,
     "ship to|shipped to|deliver to|delivery address|shipping address|lieferadresse|"
     "lieferanschrift|warenempfanger|adresse de livraison|abweichender warenempfanger|"
     "afleveradres|delivered to|versandadresse|versand an|delivery to|livre a"},
    {"elsewhere", EXPENSE_PARTY, 0.9F,
     "abweichender rechnungsempfanger|abweichender zahlungsempfanger|zahlungsempfanger|"
     "contact commercial"},
    {"name", EXPENSE_NOTHING, 1, "name|nom|firma|firmenname|company|company name"},
    {"address", EXPENSE_NOTHING, 1, "address|adresse|anschrift|adres|strasse"},
    /* registrations, telephones */
    {"VENDOR_VAT_NUMBER", EXPENSE_TAX_ID, 0.9F,
     "vat no|vat reg no|vat id|vat id no|vat registration no|vat reg|vat|ust id no|ust id|"
     "ust idnr|ust idno|umsatzsteuer id|umsatzsteuer identifikationsnummer|ust identno|"
     "ust identnr|ust identifikationsnummer|ustid|ustidnr|no tva|tva no|tva intracommunautaire|"
     "no tva intracommunautaire|tva intra|tva|btw no|btw nummer|btwnummer|btw|mwst no|uid|"
     "uid no|no de tva|numero de tva|ust ident no"},
    {"VENDOR_GST_NUMBER", EXPENSE_TAX_ID, 0.9F,
     "gst id|gst reg no|gst no|gst registration no|gstin|gst id no|gst reg|sst id|sst no|"
     "sst reg no|sst id no|gst|gst reg id|gst regn no|gst in"},
    {"VENDOR_ABN_NUMBER", EXPENSE_TAX_ID, 0.9F, "abn|abn no|a b n"},
    {"VENDOR_PAN_NUMBER", EXPENSE_TAX_ID, 0.9F, "pan|pan no"},
    {"TAX_PAYER_ID", EXPENSE_TAX_ID, 0.85F,
     "tax id|tax id no|tin|tin no|ein|tax payer id|taxpayer id|federal id|federal tax id|"
     "steuernummer|steuer no|steuernr|siret|siren|company reg no|co reg no|co reg|reg no|"
     "company no|co no|registration no|kvk|kvk no|roc|roc no|business reg no|crn|"
     "company registration no|cin"},
    {"RECEIVER_VAT_NUMBER", EXPENSE_TAX_ID, 0.9F,
     "no tva client|tva client|customer vat no|client vat no|your vat no|ihre ust id no|"
     "ihre ust id|ust id no kunde|votre no tva|buyer vat no|customer vat id|your vat id"},
    {"RECEIVER_GST_NUMBER", EXPENSE_TAX_ID, 0.9F,
     "your gst no|customer gst no|buyer gst no|customer gstin|buyer gstin|gst no of buyer|"
     "customer gst id"},
    {"RECEIVER_ABN_NUMBER", EXPENSE_TAX_ID, 0.9F, "customer abn|your abn|buyer abn"},
    {"RECEIVER_PAN_NUMBER", EXPENSE_TAX_ID, 0.9F, "customer pan|your pan|buyer pan"},
    {"RECEIVER_PHONE", EXPENSE_PHONE, 0.9F,
     "customer phone|customer tel|cust tel|customer mobile|client phone|customer contact no"},
    {"VENDOR_PHONE", EXPENSE_PHONE, 0.9F,
     "tel|telephone|phone|tel no|telefon|fon|tel fax|ph|hotline|mobile|h p|hp|tele|telefoon|"
     "main|phone no|telephone no|contact no|telephone fax|telf|telp|tel hp|customer service"},
    {"", EXPENSE_NOTHING, 1,
     "attention|attn|fax|fax no|telefax|fx|e mail|email|mail|web|website|internet"},
    /* what the page is */
    {"invoice", EXPENSE_TITLE, 1,
     "invoice|tax invoice|simplified tax invoice|receipt|official receipt|cash bill|cash sale|"
     "cash sales|cash receipt|sales receipt|bill|rechnung|quittung|kassenbon|beleg|facture|"
     "recu|avoir|gutschrift|ticket de caisse|factuur|bon|credit note|credit memo|"
     "official invoice|handelsrechnung|kostenrechnung|beitragsrechnung|rechnungskorrektur|"
     "official billing invoice|duplicate invoice|sales invoice|commercial invoice|"
     "billing statement|kassabon|proforma invoice|pro forma invoice|tax invoice adjustment"},
    /* heads of columns */
    {"ITEM", EXPENSE_COLUMN, 1,
     "item|items|description|product|article|item description|product description|"
     "description of goods|details|particulars|merchant item|item name|service|services|"
     "beschreibung|artikel|artikelbezeichnung|artikelbeschreibung|bezeichnung|produkt|"
     "leistung|position|text|designation|libelle|produit|omschrijving|prestation|goods|"
     "product name|program|programme|description of services|artikeltext|warenbezeichnung|"
     "item s|articles|leistungsbeschreibung|denomination|product service|activity"},
    {"QUANTITY", EXPENSE_COLUMN, 1,
     "qty|quantity|menge|anzahl|quantite|qte|aantal|units|hours|hrs|pcs|stunden|stuck|"
     "nombre|qnty|qty hrs|quant|no of nights|anz|stk"},
    {"UNIT_PRICE", EXPENSE_COLUMN, 1,
     "unit price|price each|rate|u price|u p|unit cost|price unit|einzelpreis|e preis|"
     "stuckpreis|preis einheit|preis|nettopreis|prix unitaire|p u ht|p u|pu ht|prijs|"
     "prijs per stuk|unit|price per unit|ep|einheitspreis|each|stukprijs|eenheidsprijs|"
     "prix unitaire ht|uprice|unit price rm|u price rm|preis pro einheit|unit prix|"
     "einzelpreis eur|preis stk|hourly rate|u p rm|pu|prix unit"},
    {"PRICE", EXPENSE_COLUMN, 1,
     "amount|total|price|line total|ext price|extended price|extension|total price|betrag|"
     "gesamtpreis|gesamt|gesamtbetrag|nettobetrag|positionsbetrag|summe|montant|montant ht|"
     "prix ht|total ht|prijs incl btw|bedrag|totaal|amt|net amount|total amount|"
     "positionssumme|g preis|gp|charge|charges|prix total|prix|prix ttc|amount rm|total rm|"
     "amt rm|price rm|ext|positions betrag|gesamt eur|betrag eur|value|ttl|montant ttc|"
     "gesamtpreis eur|wert|net|endpreis|nettowert|item total|cost|subtotal|sub total|"
     "total eur|total ttc"},
    {"PRODUCT_CODE", EXPENSE_COLUMN, 1,
     "sku|item no|item code|code|product code|part no|article no|artikelnummer|artikelnr|"
     "artikel no|art no|art no lief|unsere art no|reference|ref|product no|stock code|"
     "art no kunde|article code|item id|product id|isbn|ean|catalog no|model|artno|"
     "material no|materialno|artikelcode|productnummer|stock no|part"},
    {"DATE", EXPENSE_COLUMN, 1,
     "date|datum|service date|leistungsdatum|air date|date time|trans date|jour"},
    {"OTHER", EXPENSE_COLUMN, 0.8F,
     "pos|tax|vat|ust|mwst|gst|tva|btw|taxes|disc|discount|rabatt|rem|remise|einheit|uom|"
     "meng einheit|no|line|category|merchant|steuersatz|vat rate|tax rate|um|unit of measure|"
     "time|day|length|remarks|type|channel|ad id|taux|steuer|mwst satz|sn|sr|color|size|"
     "job|class|week|spots|rating|start|end|zip|weight|gewicht|unite|currency|ust satz|"
     "tax code|vat code|station|copy isci|ad id isci|air time|scheduled time"},
};

const size_t expense__lexicon_count = sizeof(expense__lexicon) / sizeof(*expense__lexicon);
