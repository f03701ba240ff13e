using System.Text;

namespace Postroom.Mail;

/// <summary>
/// Joins a letter and its accents into one character, as NFC demands of a domain name (RFC 5891 §5.3).
/// </summary>
/// <remarks>
/// The framework's own <c>Normalize</c> changes nothing under InvariantGlobalization (measured, .NET 10), so this
/// carries the pairs for the small Latin, Greek and Cyrillic letters; the caller has lower-cased before. Other
/// scripts pass unchanged: a decomposed name in them is then not ours, and its letter goes to the postmaster.
/// </remarks>
internal static class LetterComposition
{
    // Per accent: letter and composed letter in turn, from the canonical decompositions of the Unicode Character Database.
    private static readonly Dictionary<char, string> Pairs = new()
    {
        ['\u0300'] = "aàeèiìoòuùüǜnǹēḕōṑwẁâầăằêềôồơờưừyỳеѐиѝ",
        ['\u0301'] = "aáeéiíoóuúyýcćlĺnńrŕsśzźüǘgǵåǻæǽøǿçḉēḗïḯkḱmḿõṍōṓpṕũṹwẃâấăắêếôốơớưứϊΐαάεέηήιίϋΰοόυύωώгѓкќ",
        ['\u0302'] = "aâeêiîoôuûcĉgĝhĥjĵsŝwŵyŷzẑạậẹệọộ",
        ['\u0303'] = "aãnñoõiĩuũvṽâẫăẵeẽêễôỗơỡưữyỹ",
        ['\u0304'] = "aāeēiīoōuūüǖäǟȧǡæǣǫǭöȫõȭȯȱyȳgḡḷḹṛṝиӣуӯ",
        ['\u0306'] = "aăeĕgğiĭoŏuŭȩḝạặийуўжӂаӑеӗ",
        ['\u0307'] = "cċeėgġzżaȧoȯbḃdḋfḟhḣmṁnṅpṗrṙsṡśṥšṧṣṩtṫwẇxẋyẏſẛ",
        ['\u0308'] = "aäeëiïoöuüyÿhḧõṏūṻwẅxẍtẗιϊυϋеёіїаӓәӛжӝзӟиӥоӧөӫэӭуӱчӵыӹ",
        ['\u0309'] = "aảâẩăẳeẻêểiỉoỏôổơởuủưửyỷ",
        ['\u030A'] = "aåuůwẘyẙ",
        ['\u030B'] = "oőuűуӳ",
        ['\u030C'] = "cčdďeělľnňrřsštťzžaǎiǐoǒuǔüǚgǧkǩʒǯjǰhȟ",
        ['\u030F'] = "aȁeȅiȉoȍrȑuȕѵѷ",
        ['\u0311'] = "aȃeȇiȋoȏrȓuȗ",
        ['\u031B'] = "oơuư",
        ['\u0323'] = "bḅdḍhḥkḳlḷmṃnṇrṛsṣtṭvṿwẉzẓaạeẹiịoọơợuụưựyỵ",
        ['\u0324'] = "uṳ",
        ['\u0325'] = "aḁ",
        ['\u0326'] = "sștț",
        ['\u0327'] = "cçgģkķlļnņrŗsştţeȩdḑhḩ",
        ['\u0328'] = "aąeęiįuųoǫ",
        ['\u032D'] = "dḓeḙlḽnṋtṱuṷ",
        ['\u032E'] = "hḫ",
        ['\u0330'] = "eḛiḭuṵ",
        ['\u0331'] = "bḇdḏkḵlḻnṉrṟtṯzẕhẖ",
    };

    /// <summary>The text with every known pair joined.</summary>
    public static string Compose(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\u0300', '\u036F'))
            return text;

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var letter = text[i++];
            var marks = new List<char>();
            while (i < text.Length && text[i] is >= '\u0300' and <= '\u036F')
                marks.Add(text[i++]);

            var apart = new StringBuilder();
            var blocked = 0;
            foreach (var mark in marks.OrderBy(ClassOf))
            {
                // An accent of the same class that stayed apart stands between (UAX #15, definition of "blocked").
                if (blocked != ClassOf(mark) && TryJoin(letter, mark, out var joined))
                {
                    letter = joined;
                }
                else
                {
                    apart.Append(mark);
                    blocked = ClassOf(mark);
                }
            }
            result.Append(letter).Append(apart);
        }
        return result.ToString();
    }

    private static bool TryJoin(char letter, char mark, out char joined)
    {
        joined = letter;
        if (!Pairs.TryGetValue(mark, out var pairs))
            return false;
        for (var i = 0; i < pairs.Length; i += 2)
        {
            if (pairs[i] == letter)
            {
                joined = pairs[i + 1];
                return true;
            }
        }
        return false;
    }

    /// <summary>Canonical combining class: attached below, horn, below, above.</summary>
    private static int ClassOf(char mark) => mark switch
    {
        '\u0327' or '\u0328' => 202,
        '\u031B' => 216,
        >= '\u0316' and <= '\u0319' or >= '\u0323' and <= '\u0326' or >= '\u0329' and <= '\u0333' => 220,
        _ => 230,
    };
}
