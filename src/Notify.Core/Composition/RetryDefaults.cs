using Microsoft.Extensions.Options;

namespace Notify.Core.Composition;

/// <summary>
/// The default retry delays of each channel. Push and SMS are read at once, so their delays are short; mail servers greylist for
/// minutes. The table in docs/explanation/retries-and-due-times.md must have the same values.
/// </summary>
internal sealed class RetryDefaults : IConfigureNamedOptions<RetryOptions>
{
    private static readonly Default[] Defaults =
    [
        new(Channel.Email, TimeSpan.FromSeconds(30), TimeSpan.FromHours(2)),
        new(Channel.Webhook, TimeSpan.FromSeconds(10), TimeSpan.FromHours(2)),
        new(Channel.Push, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(15)),
        new(Channel.Sms, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(15)),
    ];

    /// <inheritdoc/>
    public void Configure(string? name, RetryOptions options)
    {
        if (Find(name) is { } found)
            (options.Delay, options.MaxDelay) = (found.Delay, found.MaxDelay);
    }

    /// <inheritdoc/>
    public void Configure(RetryOptions options) => Configure(Options.DefaultName, options);

    private static Default? Find(string? name) => Array.Find(Defaults, one => one.Channel.Name == name);

    private sealed record Default(Channel Channel, TimeSpan Delay, TimeSpan MaxDelay);
}
