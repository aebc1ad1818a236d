using Notify.Load.Many;

namespace Notify.Chaos.Tests;

/// <summary>A stream of triggers whose receiving process is killed, and which is then sent again.</summary>
public sealed class KilledStreamTests
{
    [Fact]
    public async Task A_stream_that_is_sent_again_after_its_receiver_was_killed_creates_no_duplicates()
    {
        await using var folder = new HostFolder();

        var result = await ManyScenario.RunAsync(folder.Settings(), count: 20_000);

        Assert.True(result.Passed, $"{result}");
        Assert.InRange(result.Acknowledged, 10_000, 19_999);
        Assert.Equal(20_000, result.Stored);
    }
}
