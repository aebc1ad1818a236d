using Notify.Storage;

namespace Notify.Simulation.Tests;

/// <summary>The throttles as one process reaches them.</summary>
internal sealed class SimulatedThrottles(IThrottleStore throttles, SimulatedProcess process, World world) : IThrottleStore
{
    public ValueTask<IReadOnlyList<bool>> TryTakeAsync(ThrottleRequest request, CancellationToken cancellationToken) =>
        world.Operations.CallAsync(
            process,
            "take permits",
            () =>
            {
                var taken = throttles.TryTakeAsync(request, CancellationToken.None).Result;
                world.Ledger.PermitsTaken(process, request, taken);
                return taken;
            },
            cancellationToken
        );

    public async ValueTask GiveBackAsync(ThrottleRequest request, CancellationToken cancellationToken) =>
        await world
            .Operations.CallAsync(
                process,
                "give permits back",
                () =>
                {
                    throttles.GiveBackAsync(request, CancellationToken.None);
                    world.Ledger.PermitsGivenBack(process, request);
                    return true;
                },
                cancellationToken,
                isUncancellable: !cancellationToken.CanBeCanceled
            )
            .ConfigureAwait(false);
}
