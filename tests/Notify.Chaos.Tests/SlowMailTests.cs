using Notify.Load.SlowSmtp;

namespace Notify.Chaos.Tests;

public sealed class SlowMailTests
{
    /// <summary>The scenario <c>slow-smtp</c> in small: each message takes a quarter of what an attempt may take.</summary>
    [Fact]
    public async Task A_slow_mail_server_accepts_each_of_many_messages_once()
    {
        var result = await SlowSmtpScenario.RunAsync(count: 120, TimeSpan.FromMilliseconds(200), connections: 8, options =>
            (options.AttemptTimeout, options.LeaseDuration) = (TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(1))
        );

        Assert.Equal((120, 0, 0), (result.AcceptedByServer, result.Duplicates, result.Missing));
        Assert.True(result.Passed);
    }
}
