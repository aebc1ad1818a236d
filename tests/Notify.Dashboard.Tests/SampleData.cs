using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Providers;
using Notify.Providers.Sandbox;

namespace Notify.Dashboard.Tests;

/// <summary>Something for every page to show.</summary>
internal static class SampleData
{
    /// <summary>Fills the store. Returns the path of every page.</summary>
    public static async Task<string[]> FillAsync(DashboardApplication app)
    {
        await AddPeopleAsync(app);
        var (sent, failed) = await SendAsync(app);
        var captured = await CaptureAsync(app);
        var templates = app.Services.GetRequiredService<ITemplateCatalog>();
        await templates.SaveAsync(CreateTemplate("Hello {{ name }}"));
        await templates.SaveAsync(CreateTemplate("Good day {{ name }}"));
        await app
            .Services.GetRequiredService<IWorkflows>()
            .SaveAsync(
                new Workflow
                {
                    Name = "order-shipped",
                    Template = "welcome",
                    Steps = [new WorkflowStep(Channel.Push), new WorkflowStep(Channel.Sms) { After = TimeSpan.FromMinutes(10) }],
                }
            );
        await app.CreateKeyAsync(ApiScope.Send | ApiScope.Read);
        await app
            .Services.GetRequiredService<IMembers>()
            .SaveAsync(new Member { Id = "grace@example.org", Role = MemberRole.Admin });
        var job = await app.Services.GetRequiredService<IJobs>().ImportUsersAsync(Trigger.DefaultTenant, ReadLines());
        return
        [
            "",
            "?range=30d",
            "notifications",
            "notifications?from=wrong&status=failed",
            $"notifications/{sent}",
            $"notifications/{failed}",
            $"notifications/{Guid.CreateVersion7()}",
            "live",
            "dead-letters",
            "dead-letters?provider=mail",
            "providers",
            "jobs",
            $"jobs/{job.Id}",
            "templates",
            "template-editor",
            "template-editor?name=welcome",
            "template-editor?name=welcome&version=1",
            "workflows",
            "workflows/order-shipped",
            "users",
            "users/ada",
            "users/nobody",
            "topics",
            "topics/news",
            "keys",
            "members",
            "event-subscriptions",
            "audit",
            "settings",
            "sandbox",
            "sandbox?channel=sms&recipient=%2B46&text=no-such-text",
            "sandbox?channel=E-MAIL%21",
            .. captured,
            "sign-in",
            "no-such-page",
        ];
    }

    /// <summary>
    /// Adds texts that would be markup if a page did not encode them, in an alphabet that is read from the right.
    /// </summary>
    public static async Task<string[]> AddHostileAsync(DashboardApplication app)
    {
        const string Text = "\"'><img src=x onerror=alert(1)> \u0645\u062D\u0645\u062F";
        var recipients = app.Services.GetRequiredService<IRecipients>();
        await recipients.SaveUserAsync(
            new User
            {
                Id = Text,
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org" },
            }
        );
        await recipients.RegisterDeviceAsync(
            new Device
            {
                Id = Text,
                UserId = Text,
                Platform = Platform.Android,
                Token = "token-of-the-tablet",
                App = Text,
            }
        );
        await recipients.SubscribeAsync(Trigger.DefaultTenant, "\"><img onerror=alert(1)>", [Text]);
        await app
            .Services.GetRequiredService<IMembers>()
            .SaveAsync(
                new Member
                {
                    Id = "m-1",
                    Name = Text,
                    Role = MemberRole.Viewer,
                }
            );
        await app.CreateKeyAsync(ApiScope.Read, name: Text);
        await app
            .Services.GetRequiredService<ITemplateCatalog>()
            .SaveAsync(
                new Template
                {
                    Name = "hostile",
                    Variants =
                    [
                        new TemplateVariant
                        {
                            Title = Text,
                            Body = Text,
                            Html = Text,
                        },
                    ],
                }
            );
        app.Mail.Answer(() => Outcome.Rejected(Text));
        var failed = await app.SendEmailAsync(title: Text, change: trigger =>
            trigger with
            {
                To = [Recipient.User(Text)],
                Channels = [Channel.Email],
                Reference = Text,
                Tags = [Text],
            }
        );
        await app.WhenAsync(failed, NotificationStatus.Failed);
        app.Mail.Mend();
        var user = Uri.EscapeDataString(Text);
        return
        [
            $"users/{user}",
            $"users?prefix={user}",
            $"notifications/{failed}",
            $"notifications?user={user}",
            $"notifications?reference={user}&from={user}",
            $"dead-letters?reason={user}",
            $"topics/{Uri.EscapeDataString("\"><img onerror=alert(1)>")}",
            "template-editor?name=hostile",
            $"sign-in?return={user}",
        ];
    }

    private static async Task AddPeopleAsync(DashboardApplication app)
    {
        var recipients = app.Services.GetRequiredService<IRecipients>();
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Stockholm");
        // They begin long after the test, which would otherwise wait until the morning for what it sends.
        var quiet = TimeOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, zone).DateTime).AddHours(6);
        await recipients.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string> { ["email"] = "ada@example.org", ["phone"] = "+46701234567" },
                Locale = "sv-SE",
                TimeZone = zone.Id,
                QuietHours = new QuietHours(quiet, quiet.AddHours(9)),
                Properties = JsonElement.Parse("""{"plan":"pro"}"""),
            }
        );
        await recipients.RegisterDeviceAsync(
            new Device
            {
                Id = "phone-1",
                UserId = "ada",
                Platform = Platform.Android,
                Token = "token-of-the-phone",
                App = "shop",
            }
        );
        await recipients.ChangePreferencesAsync(
            Trigger.DefaultTenant,
            "ada",
            [new PreferenceChange { Category = "news", Status = PreferenceStatus.OptedOut }],
            PreferenceSource.Api
        );
        await recipients.SubscribeAsync(Trigger.DefaultTenant, "news", ["ada", "bo"]);
    }

    private static async Task<(Guid Sent, Guid Failed)> SendAsync(DashboardApplication app)
    {
        var sent = await app.SendEmailAsync(change: trigger =>
            trigger with
            {
                To = [Recipient.User("ada")],
                Category = "orders",
                Tags = ["spring"],
                Reference = "order-17",
            }
        );
        await app.WhenAsync(sent, NotificationStatus.Completed);
        app.Mail.Answer(() => Outcome.Rejected("550 no such mailbox"));
        var failed = await app.SendEmailAsync("gone@example.org", "Your invoice");
        await app.WhenAsync(failed, NotificationStatus.Failed);
        app.Mail.Mend();
        return (sent, failed);
    }

    /// <summary>Sends what the sandbox captures. Returns the paths of the messages.</summary>
    private static async Task<IEnumerable<string>> CaptureAsync(DashboardApplication app)
    {
        // A test notification, because another provider sends email.
        await app.SendEmailAsync(change: trigger => trigger with { Kind = ApiKeyKind.Test });
        await app.SendEmailAsync(change: trigger =>
            trigger with
            {
                To = [Recipient.Phone("+46701234567"), Recipient.User("ada")],
                Channels = [Channel.Sms, Channel.Push],
                Content = new Content
                {
                    Title = "Доставлено",
                    Body = "طلبك في الطريق",
                    Data = new Dictionary<string, string> { ["order"] = "42" },
                    Push = new PushContent { Link = "https://shop.example.org/orders/42", Badge = 3 },
                },
            }
        );
        var sandbox = app.Services.GetRequiredService<ISandbox>();
        var messages = await TestSupport.Eventually.FindAsync(
            () =>
            {
                var found = sandbox.Messages.Where(message =>
                    message.Channel == Channel.Email || message.Content.Data is not null
                );
                return Task.FromResult(found.DistinctBy(message => message.Channel).ToArray() is { Length: 3 } all ? all : null);
            },
            "the captured messages"
        );
        return messages.Select(message => $"sandbox/{message.DeliveryId}/{message.Sequence}");
    }

    private static Template CreateTemplate(string title) =>
        new()
        {
            Name = "welcome",
            Variants =
            [
                new TemplateVariant { Title = title, Body = "Welcome, {{ name }}." },
                new TemplateVariant
                {
                    Channel = Channel.Email,
                    Title = title,
                    Body = "Welcome, {{ name }}.",
                    Html = "<p style=\"font-size:20px\">Welcome, <b>{{ name }}</b>.</p>",
                },
            ],
        };

    private static async IAsyncEnumerable<ImportLine<User>> ReadLines()
    {
        yield return new ImportLine<User>
        {
            Line = 1,
            Item = new User { Id = "cy" },
        };
        yield return new ImportLine<User>
        {
            Line = 2,
            Errors = [new FieldError("locale", FieldErrorCodes.Invalid, "Use a language tag.")],
        };
        await Task.CompletedTask;
    }
}
