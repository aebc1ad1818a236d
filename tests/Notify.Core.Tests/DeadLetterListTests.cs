using Notify.Providers;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Lists of dead letters by a part of their reason, which examine many to find few.</summary>
public sealed class DeadLetterListTests
{
    private const string Tenant = Trigger.DefaultTenant;

    [Fact]
    public async Task A_list_by_reason_finds_each_dead_letter_once_in_more_than_it_examines_at_once()
    {
        await using var application = await TestApplication.StartAsync(
            new ManualTime(),
            new ScriptedProvider("mail", Channel.Email, delivery =>
                Outcome.Rejected(delivery.To.Value.StartsWith("rare", StringComparison.Ordinal) ? "a rare reason" : "no")
            )
        );
        foreach (var batch in Enumerable.Range(0, 1_300).Select(CreateAddress).Chunk(100))
            await application.EndedDeliveriesAsync(await application.SendAsync([.. batch.Select(Recipient.Email)]));
        var queries = application.Get<INotificationQueries>();
        var filter = new DeadLetterFilter { Tenant = Tenant, Reason = "rare" };

        var found = new List<string>();
        for (string? after = ""; after is not null; )
        {
            var page = await queries.ListDeadLettersAsync(filter, new PageRequest { After = after, Limit = 3 });
            Assert.InRange(page.Items.Count, 0, 3);
            found.AddRange(page.Items.Select(record => record.Delivery.To.Value));
            after = page.Next;
        }

        Assert.Equal(Enumerable.Range(0, 1_300).Select(CreateAddress).Where(address => address[0] == 'r').Order(), found.Order());
        Assert.Equal(13, found.Count);
    }

    private static string CreateAddress(int number) => $"{(number % 100 == 7 ? "rare" : "usual")}{number}@example.org";
}
