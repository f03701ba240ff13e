using System.Text;
using Postroom.Mail;

namespace Postroom.Tests.Unit.Doctor;

/// <summary>A letter on its way to the provider.</summary>
/// <param name="Number">Which one.</param>
/// <param name="Recipient">The envelope recipient.</param>
/// <param name="Header">What the sender and his servers wrote, each line ended.</param>
/// <param name="Helo">What the sending server called itself.</param>
/// <param name="Body">What follows the empty line.</param>
internal sealed record Post(int Number, string Recipient, string Header, string Helo = "out.sender.example", string Body = "Good day.\n")
{
    /// <summary>Ordinary mail: to one of us, to several, as a blind copy, by a list, with an extension.</summary>
    public static IEnumerable<Post> Ordinary(int count) => Enumerable.Range(0, count).Select(number =>
    {
        var name = Company.People[number % Company.People.Length];
        var (recipient, to) = (number % 7) switch
        {
            0 or 1 or 2 => ($"{name}@example.com", $"To: {name}@example.com"),
            3 => ($"{name}@example.com", $"To: \"Somebody\" <somebody@elsewhere.example>\nCc: {name}@example.com, Anna <anna@example.com>"),
            4 => ($"{name}@example.com", "To: undisclosed-recipients:;"),
            5 => ($"{name}@example.com", "To: dotnet-list@lists.example\nList-Id: <dotnet.lists.example>"),
            _ => ($"{name}+shop@example.com", $"To: <{name}+shop@example.com>"),
        };
        return new Post(number, recipient, Sender(number, to));
    });

    /// <summary>What an ordinary sender writes.</summary>
    public static string Sender(int number, string to, string first = "", string last = "") =>
        $"{first}Received: from laptop (unknown [192.0.2.{number % 200 + 1}])\n\tby out.sender.example (Postfix) with ESMTPSA id S{number}\n\tfor <anna@example.com>; Mon, 2 Mar 2026 10:00:00 +0100 (CET)\n"
        + $"From: Sender <sender@sender.example>\n{to}\nSubject: Letter {number}\nMessage-ID: <{number}@sender.example>\nDate: Mon, 2 Mar 2026 10:00:00 +0100\nMIME-Version: 1.0\n{last}";

    /// <summary>The letter as it lies in the mailbox.</summary>
    /// <param name="shape">What the provider makes of the header.</param>
    public byte[] Stored(Func<Post, string> shape) => Encoding.Latin1.GetBytes($"{shape(this)}\n{Body}");

    public static HeaderEvidence Read(byte[] letter, CandidateHeaders wanted)
    {
        var scanner = new HeaderScanner(wanted);
        scanner.Write(letter);
        return scanner.Finish();
    }

    /// <summary>Headers of many letters as the doctor samples them.</summary>
    public static IReadOnlyList<HeaderEvidence> Sample(IEnumerable<Post> letters, Func<Post, string> shape) =>
        [.. letters.Select(letter => Read(letter.Stored(shape), CandidateHeaders.All))];
}
