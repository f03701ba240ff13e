using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Postroom.Accounts;

namespace Postroom.Settings;

/// <summary>The parts of an account that need more than one look.</summary>
internal static class AccountSettings
{
    // What a sender writes is no evidence of who the letter was sent to: blind copies, lists and forwards name nobody of ours there.
    private static readonly string[] WrittenBySender = ["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc", "From", "Reply-To", "Subject"];

    public static Multidrop? Multidrop(SettingSection section)
    {
        var any = new[] { "Mode", "Header", "Prefix", "Hosts", "Occurrence", "Skip", "Fallback" }.Any(section.Has);
        if (!any)
            return null;
        if (!section.Has("Mode"))
            section.Problem("Mode", "is missing. Write Header, Qvirtual or Received.");
        var mode = section.Choice("Mode", MultidropMode.Header);
        var hosts = section.List("Hosts").Select(static h => h.TrimEnd('.').ToLowerInvariant()).ToList();
        var fallback = section.Choice("Fallback", Fallback.None);
        if (hosts.Count == 0 && (mode == MultidropMode.Received || fallback == Fallback.Received))
            section.Problem("Hosts", "is missing. Write the provider's receiving hosts as they stand after \"by\" in its Received lines; a leading dot means any host below.");
        return new()
        {
            Mode = mode,
            Header = Header(section, mode),
            Prefix = section.Text("Prefix") is null ? null : Prefix(section, mode),
            Hosts = hosts,
            Occurrence = section.Choice("Occurrence", Occurrence.First),
            Skip = (int)section.Number("Skip", 0, 0, 100, " lines"),
            Fallback = fallback,
        };
    }

    private static string Header(SettingSection section, MultidropMode mode)
    {
        if (section.Text("Header") is not { } text)
        {
            if (mode == MultidropMode.Header)
                section.Problem("Header", "is missing. Write the header in which the provider names the real recipient, such as Envelope-to:");
            return mode == MultidropMode.Qvirtual ? "Delivered-To" : "";
        }

        var name = text.TrimEnd(':', ' ', '\t');
        if (WrittenBySender.Contains(name, StringComparer.OrdinalIgnoreCase))
            section.Problem("Header", $"{name} is written by the sender and says nothing about who the letter was really sent to: blind copies, lists and forwards would go astray. Write the provider's own header, such as Envelope-to: (postroom doctor finds it).");
        else if (mode != MultidropMode.Received && string.Equals(name, "Received", StringComparison.OrdinalIgnoreCase))
            section.Problem("Header", "Received is not a header with one recipient. Write Multidrop__Mode = Received instead.");
        else if (name.Length == 0 || name.Any(static c => c is <= ' ' or > '~' or ':'))
            section.Problem("Header", $"\"{text}\" is not a header name. Write it as it stands in the letters, such as Envelope-to:");
        return name;
    }

    // A blank at the end is part of the prefix: "GMX delivery to " stands before the address as it is.
    private static string Prefix(SettingSection section, MultidropMode mode)
    {
        if (mode != MultidropMode.Qvirtual)
            section.Problem("Prefix", "counts only with Multidrop__Mode = Qvirtual. Remove it, or change the mode.");
        return section.Raw("Prefix");
    }

    public static string? CaFile(SettingSection section, string folder)
    {
        if (section.Text("CaFile") is not { } text)
            return null;
        var path = Path.GetFullPath(text, folder);
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            if (authorities.Count == 0)
                section.Problem("CaFile", $"{path} holds no certificate. Write a PEM file with \"BEGIN CERTIFICATE\" in it.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            section.Problem("CaFile", $"{path}: there is no such file. Write the path of a PEM file; a relative one counts from the settings file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            section.Problem("CaFile", $"{path} cannot be read as PEM. {e.Message}");
        }

        return path;
    }

    public static string? Pin(SettingSection section)
    {
        if (section.Text("Pin") is not { } text)
            return null;
        var hex = text.Replace(":", "", StringComparison.Ordinal);
        if (hex.Length != 64 || !hex.All(char.IsAsciiHexDigit))
            section.Problem("Pin", "is not a SHA-256 fingerprint. Write its 64 hexadecimal digits.");
        return hex.ToUpperInvariant();
    }
}
