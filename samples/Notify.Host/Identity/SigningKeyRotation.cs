using Microsoft.Extensions.Options;

namespace Notify.Host.Identity;

/// <summary>
/// Keeps the signing keys up to date. A process that issues tokens does not start without a key; one that only verifies them
/// reads the keys again with the first token that needs them.
/// </summary>
internal sealed partial class SigningKeyRotation(
    SigningKeyRing ring,
    IOptions<TokenServerOptions> options,
    TimeProvider time,
    bool isIssuer,
    ILogger<SigningKeyRotation> logger
) : BackgroundService
{
    private static readonly TimeSpan MaxInterval = TimeSpan.FromMinutes(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (isIssuer)
            await ring.RotateAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Every process sees a key several times before it signs.
        var lead = options.Value.KeyLead / 4;
        using var timer = new PeriodicTimer(lead < MaxInterval ? lead : MaxInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await UpdateAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested) { }
    }

    private async Task UpdateAsync(CancellationToken cancellationToken)
    {
        try
        {
            await (isIssuer ? ring.RotateAsync(cancellationToken) : ring.RefreshAsync(cancellationToken));
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The known keys remain in use, and the next turn tries again.
            LogNotUpdated(exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The signing keys of access tokens could not be read or renewed")]
    private partial void LogNotUpdated(Exception exception);
}
