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

    [Fact]
    public async Task A_list_shows_the_newest_first_and_continues_after_the_last_one_that_it_showed()
    {
        var time = new ManualTime();
        await using var application = await StartAsync(time);
        foreach (var name in new[] { "first", "second", "third" })
        {
            var one = await application.SendAsync(Recipient.Email($"{name}@example.org"));
            await application.EndedDeliveriesAsync(one);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        var queries = application.Get<INotificationQueries>();
        var all = new DeadLetterFilter { Tenant = Tenant };
        var newest = await queries.ListDeadLettersAsync(all, new PageRequest { Limit = 2 });
        var rest = await queries.ListDeadLettersAsync(all, new PageRequest { Limit = 2, After = newest.Next! });

        Assert.Equal(["third", "second"], newest.Items.Select(GetName));
        Assert.Equal(["first"], rest.Items.Select(GetName));
        Assert.Null(rest.Next);
        Assert.Equal(time.GetUtcNow() - TimeSpan.FromMinutes(1), newest.Items[0].EndedAt);

        static string GetName(DeliveryRecord record) => record.Delivery.To.Value.Split('@')[0];
    }

    /// <summary>More than one batch. What is replayed fails again at once, and others fail meanwhile.</summary>
    [Fact]
    public async Task A_replay_visits_each_dead_letter_once_while_all_fail_again()
    {
        var time = new ManualTime();
        await using var application = await StartAsync(time);
        var sent = new List<Guid>();
        foreach (var batch in Enumerable.Range(0, 1_200).Select(CreateAddress).Chunk(400))
            sent.Add(await application.SendAsync([.. batch.Select(Recipient.Email)]));
        foreach (var id in sent)
            await application.EndedDeliveriesAsync(id);
        time.Advance(TimeSpan.FromSeconds(1));
        var queries = application.Get<INotificationQueries>();
        var filter = new DeadLetterFilter { Tenant = Tenant, Provider = "mail" };

        var replaying = queries.ReplayDeadLettersAsync(new DeadLetterReplay { Filter = filter });
        sent.Add(await application.SendAsync(Recipient.Email("late@example.org")));
        Assert.Equal(1_200, (await replaying).Count);

        foreach (var id in sent.Take(3))
            Assert.All(await application.EndedDeliveriesAsync(id), delivery => Assert.Equal(2, delivery.Attempts.Count));
        Assert.Single((await application.EndedDeliveryAsync(sent[3])).Attempts);
    }

    [Theory]
    [InlineData("0197a5c1-0c0e-7a53-9a3b-5d2f1c6e8b04", "not by ID. Omit after")]
    [InlineData("0197a5c10c0e7a539a3b5d2f1c6e8b04", "not by ID. Omit after")]
    [InlineData("8dd-0197a5c10c0e7a539a3b", "Use next of the page before")]
    [InlineData("ffffffffffffffff-0197a5c10c0e7a539a3b5d2f1c6e8b04", "Use next of the page before")]
    [InlineData("page 2", "Use next of the page before")]
    public async Task A_cursor_that_is_not_understood_is_an_error_that_names_it(string after, string message)
    {
        await using var application = await StartAsync(new ManualTime());
        var queries = application.Get<INotificationQueries>();

        var thrown = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            queries.ListDeadLettersAsync(new DeadLetterFilter { Tenant = Tenant }, new PageRequest { After = after })
        );

        var error = Assert.Single(thrown.Errors);
        Assert.Equal(("after", FieldErrorCodes.Invalid), (error.Field, error.Code));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static Task<TestApplication> StartAsync(ManualTime time) =>
        TestApplication.StartAsync(time, new ScriptedProvider("mail", Channel.Email, _ => Outcome.Rejected("no")));

    private static string CreateAddress(int number) => $"{(number % 100 == 7 ? "rare" : "usual")}{number}@example.org";
}
