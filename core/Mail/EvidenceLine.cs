using System.Text;
using System.Text.Json.Serialization;

namespace Postroom.Mail;

/// <summary>One header line that may decide who gets the letter, as it stood there.</summary>
/// <param name="Name">Field name as written, without blanks and colon.</param>
/// <param name="Value">Unfolded value, one char per byte (Latin-1), so that no byte is lost on its way through JSON.</param>
/// <param name="AboveReceived">Whether it stands above the first Received line.</param>
/// <param name="Cut">Whether it was longer than evidence may be; then <paramref name="Value"/> ends behind a blank or comma, never inside an address.</param>
public sealed record EvidenceLine(string Name, string Value, bool AboveReceived, bool Cut = false)
{
    /// <summary>The value for people: UTF-8 where it is UTF-8 (RFC 6532), else one char per byte.</summary>
    [JsonIgnore]
    public string Text =>
        System.Text.Unicode.Utf8.IsValid(Encoding.Latin1.GetBytes(Value)) ? Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(Value)) : Value;
}
