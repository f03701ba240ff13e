using Xunit;

namespace Postroom.Tests.Servers;

public sealed class PostroomCommandTests
{
    [Fact]
    public async Task The_command_built_with_the_tests_runs()
    {
        await using var postroom = new PostroomCommand();

        var ran = await postroom.RunAsync("--version");

        Assert.Equal(0, ran.ExitCode);
        Assert.Empty(ran.Errors);
    }
}
