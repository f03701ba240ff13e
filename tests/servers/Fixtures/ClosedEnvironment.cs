using System.Diagnostics.CodeAnalysis;
using Xunit;

namespace Postroom.Tests.Servers;

/// <summary>
/// The tests start real programs and fetch nothing themselves. On a developer's machine a test without its program is
/// skipped and says so; in CI, where <c>test.sh</c> installs all of them, it fails.
/// </summary>
internal static class ClosedEnvironment
{
    /// <summary>Whether this is a build machine: <c>CI=true</c>, as the usual ones set it.</summary>
    public static bool InCi { get; } = Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>The program's full path, or null.</summary>
    /// <remarks>Debian keeps servers in sbin, which is not on everybody's path.</remarks>
    public static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    /// <summary>Ends the test: something it needs is missing.</summary>
    /// <param name="sentence">What is missing and what to do.</param>
    [DoesNotReturn]
    public static void Lacks(string sentence) => Lacks(sentence, InCi);

    /// <summary>Ends the test as on a build machine, or as on a developer's.</summary>
    [DoesNotReturn]
    public static void Lacks(string sentence, bool inCi)
    {
        if (inCi)
            Assert.Fail(sentence);
        Assert.Skip(sentence);
    }
}
