using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Postroom.Tests.Functions;

/// <summary><c>host.json</c> holds what the stages rely on.</summary>
public sealed class HostFileTests
{
    private static JsonElement File => JsonDocument.Parse(System.IO.File.ReadAllBytes(Sample.HostFile)).RootElement;

    private static JsonElement Queues => File.GetProperty("extensions").GetProperty("queues");

    [Fact]
    public void It_is_of_version_2() => Assert.Equal("2.0", File.GetProperty("version").GetString());

    [Fact]
    public void Messages_are_plain_as_core_sends_them() => Assert.Equal("none", Queues.GetProperty("messageEncoding").GetString());

    [Fact]
    public void The_host_takes_no_more_messages_at_once_than_a_queue_gives()
    {
        Assert.InRange(Queues.GetProperty("batchSize").GetInt32(), 1, 32);
        Assert.InRange(Queues.GetProperty("newBatchThreshold").GetInt32(), 0, 32);
    }

    [Fact]
    public void One_crash_does_not_make_a_message_poison() => Assert.True(Queues.GetProperty("maxDequeueCount").GetInt32() >= 2);

    // Without a wait five tries would be over before a restarted service answers again.
    [Fact]
    public void A_failed_message_waits_before_it_is_tried_again() =>
        Assert.InRange(Time(Queues, "visibilityTimeout"), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10));

    [Fact]
    public void An_empty_queue_is_looked_at_every_few_seconds() =>
        Assert.InRange(Time(Queues, "maxPollingInterval"), TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1));

    // The default is another on each plan. Longer than the first poll of a large mailbox should take: whoever reaches it
    // takes everything else in the process down with it.
    [Fact]
    public void A_function_may_take_a_stated_time() =>
        Assert.InRange(Time(File, "functionTimeout"), TimeSpan.FromMinutes(10), TimeSpan.FromHours(2));

    [Fact]
    public void What_the_stages_log_is_kept() =>
        Assert.Equal("Information", File.GetProperty("logging").GetProperty("logLevel").GetProperty("Function").GetString());

    private static TimeSpan Time(JsonElement parent, string name) =>
        TimeSpan.Parse(parent.GetProperty(name).GetString()!, CultureInfo.InvariantCulture);
}
