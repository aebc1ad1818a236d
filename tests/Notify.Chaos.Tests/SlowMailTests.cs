using Notify.Load.SlowSmtp;

namespace Notify.Chaos.Tests;

public sealed class SlowMailTests
{
    /// <summary>
    /// The scenario <c>slow-smtp</c> in small: the last messages wait longer for a connection than an attempt may take.
    /// </summary>
    [Fact]
    public async Task A_slow_mail_server_accepts_each_of_many_messages_once()
    {
        var result = await SlowSmtpScenario.RunAsync(count: 120, TimeSpan.FromMilliseconds(200), connections: 8, options =>
            (options.AttemptTimeout, options.LeaseDuration) = (TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(1))
        );

        Assert.Equal((120, 0, 0), (result.AcceptedByServer, result.Duplicates, result.Missing));
        Assert.True(result.Passed);
    }
}
