using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests of triggers that ask for a version of their template.</summary>
public sealed class TemplateVersionTests
{
    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());

    [Theory]
    [InlineData(1, "first")]
    [InlineData(2, "second")]
    [InlineData(null, "third")]
    public async Task A_trigger_is_rendered_with_the_version_that_it_asks_for(int? version, string text)
    {
        await using var application = await StartAsync("first", "second", "third");

        var id = await application.SendAsync(Welcome() with { TemplateVersion = version });

        Assert.Equal(text, (await application.DeliveryAsync(id)).Delivery.Content.Body);
        var notification = await application
            .Get<INotificationStore>()
            .FindAsync(Trigger.DefaultTenant, id, CancellationToken.None);
        Assert.Equal((version ?? 3, version ?? 3), (notification!.TemplateVersion, notification.Trigger.TemplateVersion));
    }

    [Theory]
    [InlineData("welcome", 4, "template.version")]
    [InlineData("welcome", 0, "template.version")]
    [InlineData("welcome", -1, "template.version")]
    [InlineData("nowhere", 1, "template")]
    [InlineData(null, 1, "template.name")]
    public async Task A_version_that_does_not_exist_is_an_error(string? name, int version, string field)
    {
        await using var application = await StartAsync("first", "second", "third");

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(
                Welcome() with
                {
                    Template = name,
                    TemplateVersion = version,
                    Content = name is null ? new Content { Body = "Text" } : null,
                }
            )
        );

        Assert.Contains(field, refused.Errors.Select(error => error.Field));
    }

    [Fact]
    public async Task A_version_that_is_no_longer_kept_is_an_error()
    {
        await using var application = await StartAsync("first");
        await application.SendAsync(Welcome() with { TemplateVersion = 1 });
        foreach (var text in (string[])["second", "third", "fourth"])
            await SaveAsync(application, text);

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            application.SendAsync(Welcome() with { TemplateVersion = 1 })
        );

        Assert.Equal(
            ("template.version", FieldErrorCodes.NotFound),
            Assert.Single(refused.Errors) is var error ? (error.Field, error.Code) : default
        );
        Assert.Equal("second", await TextAsync(application, Welcome() with { TemplateVersion = 2 }));
    }

    [Fact]
    public async Task A_digest_is_rendered_with_the_version_that_its_events_ask_for()
    {
        await using var application = await StartAsync("first {{ count }}", "second {{ count }}");
        var trigger = Welcome() with
        {
            TemplateVersion = 1,
            Digest = new Digest { Window = TimeSpan.FromMinutes(1) },
        };
        await application.SendAsync(trigger);
        await application.SendAsync(trigger);
        await SaveAsync(application, "third {{ count }}");
        await SaveAsync(application, "fourth {{ count }}");

        await Eventually.TrueAsync(
            () =>
            {
                // Each check lets time pass, because the engine polls by this clock.
                _time.Advance(TimeSpan.FromSeconds(10));
                return _mail.Sent.Count == 1;
            },
            "the summary"
        );
        Assert.Equal("first 2", Assert.Single(_mail.Sent).Content.Body);
    }

    [Theory]
    [InlineData("first", "first")]
    [InlineData("first {{ recipient.id }}", "first ada")]
    public async Task A_broadcast_is_rendered_with_the_version_that_it_asks_for(string source, string text)
    {
        await using var application = await StartAsync(source, "second {{ recipient.id }}");
        await application.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        await application.Directory.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada"]);

        await application.SendAsync(Welcome() with { To = Recipient.Topic("news"), TemplateVersion = 1 });

        await Eventually.TrueAsync(() => _mail.Sent.Count == 1, "the broadcast");
        Assert.Equal(text, Assert.Single(_mail.Sent).Content.Body);
    }

    [Fact]
    public async Task The_version_is_part_of_the_body_of_an_idempotency_key_but_the_rendered_one_is_not()
    {
        await using var application = await StartAsync("first", "second");
        var newest = Welcome() with { IdempotencyKey = "newest" };
        var pinned = Welcome() with { IdempotencyKey = "pinned", TemplateVersion = 2 };
        var sent = await application.SendAsync(newest);
        await application.SendAsync(pinned);
        await SaveAsync(application, "third");

        Assert.Equal(sent, await application.SendAsync(newest));
        await Assert.ThrowsAsync<IdempotencyConflictException>(() => application.SendAsync(pinned with { TemplateVersion = 3 }));
        await Assert.ThrowsAsync<IdempotencyConflictException>(() =>
            application.SendAsync(pinned with { TemplateVersion = null })
        );
    }

    private async Task<TestApplication> StartAsync(params string[] versions)
    {
        var application = await TestApplication.StartAsync(
            _time,
            builder => builder.Services.Configure<NotificationsOptions>(options => options.Templates.MaxVersions = 3),
            _mail
        );
        foreach (var version in versions)
            await SaveAsync(application, version);
        return application;
    }

    private static async Task<string?> TextAsync(TestApplication application, Trigger trigger) =>
        (await application.DeliveryAsync(await application.SendAsync(trigger))).Delivery.Content.Body;

    private static Task SaveAsync(TestApplication application, string body) =>
        application.Templates.SaveAsync(new Template { Name = "welcome", Variants = [new TemplateVariant { Body = body }] });

    private static Trigger Welcome() =>
        new()
        {
            To = Recipient.Email("ada@example.org"),
            Template = "welcome",
            Data = new { },
        };
}
