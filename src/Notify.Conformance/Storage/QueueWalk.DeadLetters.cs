using Notify.Storage;

namespace Notify.Conformance.Storage;

/// <content>Lists and replays dead letters.</content>
internal sealed partial class QueueWalk
{
    private async Task ReplayAsync(QueueCommand command)
    {
        var tenant = Pick(Tenants, command.Pick);
        var limit = 1 + (command.Amount % 3);

        var replayed = await store.DeadLetters.ReplayAsync(
            new ReplayRequest
            {
                Filter = new DeadLetterFilter { Tenant = tenant },
                Now = _now,
                ExpiresAt = _now.AddDays(1),
                Limit = limit,
            },
            cancellationToken
        );

        Assert.Equal(_model.Replay(tenant, _now, limit), replayed);
    }

    private Task ListDeadLettersAsync(QueueCommand command) =>
        CompareDeadLettersAsync(
            new DeadLetterFilter
            {
                Tenant = Pick(Tenants, command.Pick),
                Provider = command.Variant % 3 == 0 ? Pick(Providers, command.Amount) : null,
                From = command.Variant % 4 == 0 ? _now - LeaseDuration : null,
                To = command.Variant % 5 == 0 ? _now : null,
            },
            1 + (command.Amount % 3)
        );

    private async Task CompareDeadLettersAsync(DeadLetterFilter filter, int limit)
    {
        var expected = _model
            .FindDeadLetters(filter.Tenant)
            .Where(delivery => filter.Provider is null || delivery.Provider == filter.Provider)
            .Where(delivery => !(delivery.EndedAt < filter.From) && !(delivery.EndedAt >= filter.To));

        var listed = new List<string>();
        DeadLetterPosition? after = null;
        while (await store.DeadLetters.ListAsync(filter, after, limit, cancellationToken) is { Count: > 0 } page)
        {
            listed.AddRange(page.Select(ModelDelivery.Describe));
            Assert.True(listed.Count <= _model.Deliveries.Count, "The pages do not end.");
            after = DeadLetterPosition.Create(page[^1]);
        }

        Assert.Equal(expected.Select(delivery => delivery.Describe()), listed);
        Assert.Equal(listed.Count, await store.DeadLetters.CountAsync(filter, cancellationToken));
    }
}
