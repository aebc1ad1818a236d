namespace Notify.Providers.Webhook.Tests;

/// <summary>A clock that stands still, so that a due time can be compared exactly. Timeouts run on.</summary>
internal sealed class FrozenTime : TimeProvider
{
    public static DateTimeOffset Now { get; } = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
