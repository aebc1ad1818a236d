namespace Notify.FakeGateways.Tests;

public sealed class NodeClientTests
{
    [Fact]
    public async Task A_failed_client_reports_the_reason()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => NodeClient.RunAsync("no-such-script.mjs", []));

        Assert.Contains("no-such-script", failure.Message, StringComparison.Ordinal);
    }
}
