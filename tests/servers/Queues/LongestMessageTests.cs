using System.Text;
using Postroom.Mail;
using Postroom.Queues;
using Xunit;

namespace Postroom.Tests.Servers.Queues;

/// <summary>What is bounded as JSON must also get through the XML of a real queue, and come back as it was.</summary>
public sealed class LongestMessageTests(Azurite storage) : IClassFixture<Azurite>
{
    [Theory]
    [InlineData("control", '\x01')]
    [InlineData("eight-bit", '\x80')]
    [InlineData("markup", '&')]
    [InlineData("backslash", '\\')]
    public async Task A_letter_full_of_evidence_goes_through_the_queue_and_comes_back(string name, char filling)
    {
        var stop = TestContext.Current.CancellationToken;
        HeaderEvidence evidence = new([.. Enumerable.Range(0, 32).Select(i => new EvidenceLine("Envelope-to", new string(filling, 990), i < 2))], 1, true);
        var letter = new InboundLetter { Id = name, Blob = name + ".eml", Size = 1, Received = DateTimeOffset.UnixEpoch, Account = "office", Evidence = evidence };
        var body = InboundMessage.Pack([letter]).Single().Body;
        var queue = storage.Queues.GetQueueClient(name);
        await queue.CreateAsync(cancellationToken: stop);

        await new WorkQueue(queue).SendAsync(body, null, stop);

        var message = (await queue.ReceiveMessageAsync(cancellationToken: stop)).Value;
        Assert.Equal(Encoding.UTF8.GetBytes(body.ToString()), message.Body.ToArray());
        Assert.Equal(evidence.Lines, Assert.Single(InboundMessage.Read(message.Body).Letters).Evidence.Lines);
    }
}
