using System.Text;
using CsCheck;
using Postroom.Directory;
using Xunit;

namespace Postroom.Tests.Unit.Directory;

public sealed class CsvTests
{
    [Theory]
    [InlineData("address,mailbox,target\r\nanna@example.com,anna,\r\n", "2 anna@example.com > anna >")]
    [InlineData("address,mailbox,target\nanna@example.com,anna,archive main\n", "2 anna@example.com > anna > archive main")]
    [InlineData("address,mailbox\ranna@example.com,anna\rbob@example.com,bob", "2 anna@example.com > anna >", "3 bob@example.com > bob >")]
    [InlineData("\uFEFFaddress,mailbox\nanna@example.com,anna", "2 anna@example.com > anna >")]
    [InlineData("Mailbox;ADDRESS\nanna;anna@example.com", "2 anna@example.com > anna >")]
    [InlineData("address;mailbox;target\nanna@example.com;anna", "2 anna@example.com > anna >")]
    [InlineData("address;mailbox\nanna@example.com;anna;;;", "2 anna@example.com > anna >")]
    [InlineData("address,mailbox\n\n , \nanna@example.com , anna\n,,\n", "4 anna@example.com > anna >")]
    [InlineData("address,mailbox\nteam@example.com,anna  bob", "2 team@example.com > anna bob >")]
    [InlineData("address,mailbox\n,anna", "2  > anna >")]
    [InlineData("\"address\",\"mailbox\"\n\"\"\"anna, b\"\"@example.com\", \"anna\" \nx@*,x", "2 \"anna, b\"@example.com > anna >", "3 x@* > x >")]
    [InlineData("address,mailbox\n\"anna@\r\nexample.com\",anna\nbob@example.com,bob", "2 anna@\r\nexample.com > anna >", "4 bob@example.com > bob >")]
    [InlineData("address,mailbox\n")]
    public void A_file_is_read_as_spreadsheets_write_it(string file, params string[] rows)
    {
        var problems = new List<string>();

        Assert.Equal(rows, Read(Encoding.UTF8.GetBytes(file), problems).Select(r =>
            $"{r.Place[5..]} {r.Address} > {string.Join(' ', r.Mailboxes)} > {string.Join(' ', r.Targets)}".TrimEnd(' ')));
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("", "The file is empty; write address,mailbox,target into its first line.")]
    [InlineData("anna@example.com,anna",
        "Line 1: there is no column \"anna@example.com\"; the first line names the columns, write address,mailbox,target (target may be left out).",
        "Line 1: there is no column \"anna\"; the first line names the columns, write address,mailbox,target (target may be left out).")]
    [InlineData("address,target", "Line 1: a column is missing; the first line names the columns, write address,mailbox,target (target may be left out).")]
    [InlineData("address,mailbox,address", "Line 1: the column address is there twice, remove one.")]
    [InlineData("address,mailbox,2", "Line 1: there is no column \"2\"; the first line names the columns, write address,mailbox,target (target may be left out).")]
    [InlineData("address,mailbox\nanna@example.com,\nbob@example.com\n\"bob\n",
        "Line 2: the mailbox is missing, write the one that gets the letters for anna@example.com.",
        "Line 3: the mailbox is missing, write the one that gets the letters for bob@example.com.",
        "Line 4: a quotation mark opens here and is never closed; close it or remove it.")]
    [InlineData("address,mailbox\nanna@example.com,anna,archive", "Line 2: \"archive\" stands behind the last column, remove it or put a field with a separator in it in quotation marks.")]
    [InlineData("address,mailbox\n\"anna\"@example.com,anna", "Line 2: there is text behind the closing quotation mark; a quotation mark inside a quoted field is written twice.")]
    [InlineData("address,mailbox\nan\"na@example.com,anna", "Line 2: a quotation mark stands inside a field; put the whole field in quotation marks and write the inner one twice.")]
    public void What_is_wrong_is_said_with_line_and_remedy(string file, params string[] expected)
    {
        var problems = new List<string>();
        Read(Encoding.UTF8.GetBytes(file), problems);

        Assert.Equal(expected, problems);
    }

    [Fact]
    public void A_file_in_an_old_character_set_is_one_problem()
    {
        var problems = new List<string>();
        Read(Encoding.Latin1.GetBytes("address,mailbox\njörg@example.com,jörg\nanna@example.com,anna\nüwe@example.com,uwe"), problems);
        Read(Encoding.Latin1.GetBytes("address,mailbox\njörg@example.com,jorg"), problems);
        Read([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("address,mailbox\n")], problems);

        Assert.Equal(
            ["Line 2 and 1 more: the letters are not UTF-8. In the spreadsheet choose \"CSV UTF-8\" when saving.",
             "Line 2: the letters are not UTF-8. In the spreadsheet choose \"CSV UTF-8\" when saving.",
             "The file is UTF-16. In the spreadsheet choose \"CSV UTF-8\" when saving."],
            problems);
    }

    [Fact]
    public void A_very_long_line_is_refused()
    {
        var problems = new List<string>();
        Read(Encoding.UTF8.GetBytes($"address,mailbox\nall@example.com,{string.Join(' ', Enumerable.Range(0, 2000).Select(i => $"m{i}"))}"), problems);

        Assert.Equal(["Line 2: the line is longer than 8000 characters, make a group in the settings (Groups__{name}__Members)."], problems);
    }

    [Fact]
    public void What_is_written_is_read_back() =>
        Gen.Select(Field, Field.Array[1, 3], Field.Array[0, 2], (a, m, t) => new DirectoryRow(a, m, t, ""))
            .List[0, 5].SelectMany(rows => Gen.OneOf(',', ';').Select(s => (rows, s)))
            .Sample(t =>
            {
                var problems = new List<string>();
                var read = DirectoryCsv.Read(DirectoryCsv.Write(t.rows, t.s), problems);
                Assert.Empty(problems);
                Assert.Equal(t.rows.Select(Flat), read.Select(Flat));
            }, iter: 20_000);

    [Fact]
    public void Any_bytes_are_read_or_refused() =>
        Gen.OneOf(Gen.Byte.Array[0, 60], Gen.OneOf("address", "mailbox", "target", ",", ";", "\"", "\r", "\n", " ", "a@b").Array[0, 30].Select(p => Encoding.UTF8.GetBytes(string.Concat(p))))
            .Sample(bytes =>
            {
                var problems = new List<string>();
                Assert.All(Read(bytes, problems), r => Assert.NotEmpty(r.Mailboxes));
                Assert.All(problems, p => Assert.EndsWith(".", p));
            }, iter: 50_000);

    private static readonly Gen<string> Field = Gen.Char["abc.@,;\"+*äß"].Array[1, 8].Select(c => new string(c));

    private static string Flat(DirectoryRow row) => $"{row.Address}|{string.Join(' ', row.Mailboxes)}|{string.Join(' ', row.Targets)}";

    private static List<DirectoryRow> Read(byte[] file, List<string> problems) =>
        DirectoryCsv.Decode(file, problems) is { } text ? DirectoryCsv.Read(text, problems) : [];
}
