using Xunit;

namespace Postroom.Tests.Unit.Receive;

/// <summary>What some server somewhere once took for the end of a letter.</summary>
public static class SmugglingTricks
{
    /// <summary>Each to stand between two halves of a letter: taken for the end, the second half would be commands.</summary>
    public static TheoryData<string> All =>
    [
        "\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r.\r\n", "\r\n.\r", "\n.\r", "\r.\n", "\r\r.\r\r", "\r\n\0.\r\n", "\r\n.\0\r\n", "\0\r\n.\0\n",
        "\r\n.\r\r\n", "\r\r\n.\r\r\n", "\n\n.\n\n", "\r\n .\n", "\r\n.\x0b\n", "\n.\x0c\r\n", "\r\0\n.\r\0\n", "\r\n.\n\r\n",
    ];
}
