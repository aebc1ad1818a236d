using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Notify.Providers;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Core.Tests;

/// <summary>Tests of triggers that name a workflow, and of the catalog of workflows.</summary>
public sealed class WorkflowTests
{
    private static readonly TimeSpan FiveMinutes = TimeSpan.FromMinutes(5);

    private static readonly Workflow Shipped = new()
    {
        Name = "shipped",
        Template = "shipped",
        Steps = [new(Channel.Email), new(Channel.Sms, Channel.Webhook) { After = FiveMinutes }],
        Category = "orders",
        Priority = Priority.High,
        Throttle = new Throttle(10, TimeSpan.FromDays(1)),
        TimeToLive = TimeSpan.FromHours(1),
    };

    private readonly ManualTime _time = new();
    private readonly ScriptedProvider _mail = new("mail", Channel.Email, _ => Outcome.Sent());
    private readonly ScriptedProvider _sms = new("sms", Channel.Sms, _ => Outcome.Sent());
    private readonly ScriptedProvider _hook = new("hook", Channel.Webhook, _ => Outcome.Sent());
    private readonly Passing _passing;

    public WorkflowTests() => _passing = new Passing(_time);

    [Fact]
    public async Task A_trigger_expands_to_the_fields_of_its_workflow()
    {
        await using var app = await StartAsync();
        await app.Get<IWorkflows>().SaveAsync(Shipped);

        var trigger = (await FindAsync(app, await app.SendAsync(Ada()))).Trigger;

        Assert.Equal(
            ("shipped", 1, "shipped", 1),
            (trigger.Workflow, trigger.WorkflowVersion, trigger.Template, trigger.TemplateVersion)
        );
        Assert.Equal(("orders", Priority.High, Shipped.Throttle), (trigger.Category, trigger.Priority, trigger.Throttle));
        Assert.Equal([Channel.Email], trigger.Channels);
        Assert.Equal([new FallbackStep(Channel.Sms, FiveMinutes), new(Channel.Webhook, TimeSpan.Zero)], trigger.Fallback);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromHours(1), trigger.ExpiresAt);
    }

    [Fact]
    public async Task The_channels_of_a_step_are_used_together_after_its_wait()
    {
        await using var app = await StartAsync();
        await app.Get<IWorkflows>().SaveAsync(Shipped);
        var id = await app.SendAsync(Ada());
        await app.SentAsync(id, Channel.Email);

        await _passing.PassAsync(app, FiveMinutes - TimeSpan.FromMinutes(1));
        Assert.Equal((1, 0, 0), (_mail.Sent.Count, _sms.Sent.Count, _hook.Sent.Count));
        await _passing.PassAsync(app, TimeSpan.FromMinutes(1));

        await app.EndedDeliveriesAsync(id);
        Assert.Equal((1, 1, 1), (_mail.Sent.Count, _sms.Sent.Count, _hook.Sent.Count));
    }

    [Fact]
    public async Task A_receipt_cancels_all_channels_of_the_later_steps()
    {
        await using var app = await StartAsync();
        await app.Get<IWorkflows>().SaveAsync(Shipped);
        var id = await app.SendAsync(Ada());
        await app.SentAsync(id, Channel.Email);
        var mail = (await app.DeliveriesAsync(id)).Single(one => one.Delivery.Channel == Channel.Email);

        await app.Get<IReceiptStore>()
            .AddAsync(
                Trigger.DefaultTenant,
                [new Receipt(mail.Delivery.Id, ReceiptKind.Opened, _time.GetUtcNow())],
                CancellationToken.None
            );
        await _passing.PassAsync(app, TimeSpan.FromMinutes(10));

        await app.EndedDeliveriesAsync(id);
        Assert.Equal((1, 0, 0), (_mail.Sent.Count, _sms.Sent.Count, _hook.Sent.Count));
    }

    [Theory]
    [InlineData("delivered", "delivered", 0)]
    [InlineData("delivered", "opened", 0)]
    [InlineData("opened", "delivered", 1)]
    [InlineData("opened", "opened", 0)]
    [InlineData("opened", "clicked", 0)]
    [InlineData("clicked", "opened", 1)]
    [InlineData("clicked", "clicked", 0)]
    [InlineData("clicked", "complained", 0)]
    public async Task A_step_is_used_unless_its_receipt_has_arrived(string unless, string kind, int sent)
    {
        var push = new ScriptedProvider("push", Channel.Push, _ => Outcome.Sent());
        await using var app = await StartAsync(builder => builder.Services.AddSingleton<IDeliveryProvider>(push));
        await app.Get<IWorkflows>()
            .SaveAsync(
                Shipped with
                {
                    // Ada has no device, so this step is left out, and the next one takes its place.
                    Steps =
                    [
                        new(Channel.Email),
                        new(Channel.Push) { After = FiveMinutes, Unless = ReceiptKind.Delivered },
                        new(Channel.Sms, Channel.Webhook) { After = FiveMinutes, Unless = ReceiptKind.Create(unless) },
                    ],
                }
            );
        var id = await app.SendAsync(Ada());
        await app.SentAsync(id, Channel.Email);
        await app.Get<IReceipts>()
            .AddAsync(Trigger.DefaultTenant, [new Receipt(_mail.Sent[0].Id, ReceiptKind.Create(kind), _time.GetUtcNow())]);
        await _passing.PassAsync(app, TimeSpan.FromMinutes(20));

        await app.EndedDeliveriesAsync(id);
        Assert.Equal((1, sent, sent), (_mail.Sent.Count, _sms.Sent.Count, _hook.Sent.Count));
    }

    [Fact]
    public async Task A_notification_keeps_the_version_it_was_accepted_with_and_a_key_outlives_versions()
    {
        await using var app = await StartAsync();
        var workflows = app.Get<IWorkflows>();
        await workflows.SaveAsync(Shipped);
        var asked = Ada() with { IdempotencyKey = "k" };
        var id = await app.SendAsync(asked);

        await workflows.SaveAsync(Shipped with { Category = "parcels" });

        Assert.Equal(
            (1, "orders"),
            ((await FindAsync(app, id)).Trigger.WorkflowVersion, (await FindAsync(app, id)).Trigger.Category)
        );
        Assert.Equal((id, true), await RepeatAsync(asked));
        await Assert.ThrowsAsync<IdempotencyConflictException>(() => app.SendAsync(asked with { WorkflowVersion = 1 }));
        Assert.Equal((2, "parcels"), await UseAsync(Ada()));
        Assert.Equal((1, "orders"), await UseAsync(Ada() with { WorkflowVersion = 1 }));
        await workflows.DeleteAsync(Trigger.DefaultTenant, "shipped");
        Assert.Equal((id, true), await RepeatAsync(asked));

        async Task<(Guid, bool)> RepeatAsync(Trigger trigger) =>
            await app.Notifier.TriggerAsync(trigger) is var result ? (result.Id, result.IsDuplicate) : default;
        async Task<(int?, string?)> UseAsync(Trigger trigger) =>
            (await FindAsync(app, await app.SendAsync(trigger))).Trigger is var used
                ? (used.WorkflowVersion, used.Category)
                : default;
    }

    [Fact]
    public async Task What_the_workflow_defines_is_refused_in_the_trigger_and_the_rest_wins()
    {
        await using var app = await StartAsync();
        await app.Get<IWorkflows>().SaveAsync(Shipped with { Delay = FiveMinutes });
        var wrong = Ada() with
        {
            Content = new Content { Body = "b" },
            Template = "shipped",
            Channels = [Channel.Email],
            Fallback = [new FallbackStep(Channel.Sms, FiveMinutes)],
            Category = "other",
            Throttle = new Throttle(1, FiveMinutes),
            Digest = new Digest { Window = FiveMinutes },
        };
        string[] defined = ["content", "template", "channels", "fallback", "category", "throttle", "digest"];

        Assert.Superset(defined.ToHashSet(), app.Notifier.Validate(wrong).Select(error => error.Field).ToHashSet());
        Assert.Superset(defined.ToHashSet(), (await FailAsync(app, wrong)).Select(error => error.Field).ToHashSet());

        var at = _time.GetUtcNow();
        var own = Ada() with
        {
            Priority = Priority.Bulk,
            SendAt = at + TimeSpan.FromHours(2),
            ExpiresAt = at + TimeSpan.FromHours(3),
        };
        Assert.Empty(app.Notifier.Validate(own));
        var used = (await FindAsync(app, await app.SendAsync(own))).Trigger;
        Assert.Equal((own.Priority, own.SendAt, own.ExpiresAt), (used.Priority, used.SendAt, used.ExpiresAt));
        var plain = (await FindAsync(app, await app.SendAsync(Ada()))).Trigger;
        Assert.Equal((at + FiveMinutes, at + FiveMinutes + TimeSpan.FromHours(1)), (plain.SendAt, plain.ExpiresAt));
    }

    [Fact]
    public async Task A_trigger_may_give_the_key_of_the_digest()
    {
        await using var app = await StartAsync();
        await app.Get<IWorkflows>()
            .SaveAsync(
                new Workflow
                {
                    Name = "news",
                    Template = "shipped",
                    Digest = new Digest { Window = FiveMinutes },
                }
            );
        var asked = new Trigger
        {
            To = [Recipient.User("ada")],
            Workflow = "news",
            Digest = new Digest { Key = "thread-7" },
        };

        Assert.Empty(app.Notifier.Validate(asked));
        var used = (await FindAsync(app, await app.SendAsync(asked))).Trigger;

        Assert.Equal(new Digest { Window = FiveMinutes, Key = "thread-7" }, used.Digest);
    }

    [Theory]
    [InlineData("nowhere", null, "workflow", FieldErrorCodes.NotFound)]
    [InlineData("shipped", 7, "workflow.version", FieldErrorCodes.NotFound)]
    [InlineData("shipped", 0, "workflow.version", FieldErrorCodes.OutOfRange)]
    [InlineData("", null, "workflow", FieldErrorCodes.Required)]
    [InlineData(null, 1, "workflow.name", FieldErrorCodes.Required)]
    public async Task A_workflow_that_does_not_exist_is_named_beside_other_errors(
        string? name,
        int? version,
        string field,
        string code
    )
    {
        await using var app = await StartAsync();
        await app.Get<IWorkflows>().SaveAsync(Shipped);

        var errors = await FailAsync(
            app,
            new Trigger
            {
                To = [],
                Workflow = name,
                WorkflowVersion = version,
            }
        );

        Assert.Contains(errors, error => (error.Field, error.Code) == (field, code));
        Assert.Contains(errors, error => error.Field == "to");
    }

    [Fact]
    public async Task An_error_of_the_workflow_is_reported_as_one()
    {
        await using var app = await StartAsync();
        var saved = await app.Get<IWorkflows>().SaveAsync(Shipped with { Steps = [new(Channel.Push)] });
        Assert.Equal("steps[0].channels[0]", Assert.Single(saved.Warnings).Field);

        var error = Assert.Single(await FailAsync(app, Ada()));
        Assert.Equal(("workflow", FieldErrorCodes.Unsupported), (error.Field, error.Code));
        Assert.Contains("channels[0]", error.Message, StringComparison.Ordinal);

        await app.Get<IWorkflows>().SaveAsync(Shipped);
        await app.Templates.DeleteAsync(Trigger.DefaultTenant, "shipped");
        error = Assert.Single(await FailAsync(app, Ada()));
        Assert.Equal(("workflow", FieldErrorCodes.NotFound), (error.Field, error.Code));
    }

    [Fact]
    public async Task Every_error_is_found_when_a_workflow_is_saved()
    {
        await using var app = await StartAsync();

        Assert.Equal(
            [("category", "required"), ("template", "not_found"), ("throttle.max", "out_of_range")],
            await RefuseAsync(Shipped with { Template = "other", Category = null, Throttle = new Throttle(0, FiveMinutes) })
        );
        Assert.Equal([("template.version", "not_found")], await RefuseAsync(Shipped with { TemplateVersion = 9 }));
        Assert.Equal(
            [("steps[0].after", "not_allowed"), ("steps[1].channels", "required"), ("steps[2].after", "conflict")],
            await RefuseAsync(
                Shipped with
                {
                    Steps = [new(Channel.Email) { After = FiveMinutes }, new() { Channels = [] }, new(Channel.Sms)],
                }
            )
        );
        Assert.Equal(
            [("steps[1].channels[1]", "duplicate")],
            await RefuseAsync(
                Shipped with
                {
                    Steps = [new(Channel.Email), new(Channel.Sms, Channel.Email) { After = FiveMinutes }],
                }
            )
        );
        Assert.Equal(
            [("steps[1].after", "out_of_range")],
            await RefuseAsync(
                Shipped with
                {
                    TimeToLive = null,
                    Steps = [new(Channel.Email), new(Channel.Sms) { After = TimeSpan.FromDays(8) }],
                }
            )
        );
        Assert.Equal([("timeToLive", "conflict")], await RefuseAsync(Shipped with { TimeToLive = FiveMinutes }));
        Assert.Equal(
            [("timeToLive", "conflict")],
            await RefuseAsync(
                Shipped with
                {
                    Throttle = null,
                    Digest = new Digest { Window = FiveMinutes },
                }
            )
        );
        Assert.Equal([("delay", "out_of_range")], await RefuseAsync(Shipped with { Delay = TimeSpan.MaxValue }));

        async Task<(string, string)[]> RefuseAsync(Workflow workflow)
        {
            var exception = await Assert.ThrowsAsync<InvalidRequestException>(() => app.Get<IWorkflows>().SaveAsync(workflow));
            return [.. exception.Errors.Select(error => (error.Field, error.Code)).Order()];
        }
    }

    [Fact]
    public async Task Versions_are_kept_listed_and_restored()
    {
        await using var app = await StartAsync();
        var workflows = app.Get<IWorkflows>();
        Assert.Equal((ChangeStatus.Created, 1), await SaveAsync("one"));
        Assert.Equal((ChangeStatus.Unchanged, 1), await SaveAsync("one"));
        Assert.Equal((ChangeStatus.Changed, 2), await SaveAsync("two"));
        Assert.Equal((ChangeStatus.Changed, 3), await SaveAsync("three"));

        var first = await workflows.ListVersionsAsync(Trigger.DefaultTenant, "shipped", new PageRequest { Limit = 2 });
        Assert.Equal(("3 2", "2"), (List(first), first!.Next));
        var second = await workflows.ListVersionsAsync(Trigger.DefaultTenant, "shipped", new PageRequest { After = "2" });
        Assert.Equal(("1", null), (List(second), second!.Next));

        var restored = await workflows.RollBackAsync(Trigger.DefaultTenant, "shipped", 1);
        Assert.Equal((ChangeStatus.Changed, 4, "one"), (restored.Status, restored.Value!.Version, restored.Value.Category));
        var missing = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            workflows.RollBackAsync(Trigger.DefaultTenant, "shipped", 9)
        );
        Assert.Equal("version", Assert.Single(missing.Errors).Field);

        await workflows.DeleteAsync(Trigger.DefaultTenant, "shipped");
        Assert.Null(await workflows.ListVersionsAsync(Trigger.DefaultTenant, "shipped"));
        Assert.Equal((ChangeStatus.Created, 1), await SaveAsync("new"));
        Assert.Equal(
            [1],
            (await workflows.ListVersionsAsync(Trigger.DefaultTenant, "shipped"))!.Items.Select(one => one.Version)
        );

        async Task<(ChangeStatus, int)> SaveAsync(string category) =>
            await workflows.SaveAsync(Shipped with { Category = category }) is var result
                ? (result.Status, result.Value!.Version)
                : default;
    }

    [Fact]
    public async Task Concurrent_changes_are_all_kept_and_a_precondition_allows_one()
    {
        await using var app = await StartAsync();
        var workflows = app.Get<IWorkflows>();
        await Task.WhenAll(
            Enumerable.Range(1, 20).Select(i => Task.Run(() => workflows.SaveAsync(Shipped with { Description = $"{i}" })))
        );

        var page = await workflows.ListVersionsAsync(Trigger.DefaultTenant, "shipped");
        Assert.Equal(Enumerable.Range(1, 20).Reverse(), page!.Items.Select(one => one.Version));
        var descriptions = new HashSet<string?>();
        foreach (var version in page.Items)
            descriptions.Add((await workflows.FindAsync(Trigger.DefaultTenant, "shipped", version.Version))!.Value.Description);
        Assert.Equal(20, descriptions.Count);

        var seen = Precondition.HasVersion((await workflows.FindAsync(Trigger.DefaultTenant, "shipped"))!.Version);
        var results = await Task.WhenAll(
            Enumerable.Range(1, 5).Select(i => Task.Run(() => workflows.SaveAsync(Shipped with { Category = $"{i}" }, seen)))
        );
        Assert.Single(results, result => result.IsSuccess);
    }

    [Fact]
    public async Task Only_the_newest_hundred_versions_are_kept()
    {
        await using var app = await StartAsync();
        var workflows = app.Get<IWorkflows>();
        for (var i = 0; i < IWorkflows.MaxVersions + 2; i++)
            await workflows.SaveAsync(Shipped with { Description = $"{i}" });

        var page = await workflows.ListVersionsAsync(Trigger.DefaultTenant, "shipped", new PageRequest { Limit = 500 });

        Assert.Equal(Enumerable.Range(3, IWorkflows.MaxVersions).Reverse(), page!.Items.Select(one => one.Version));
    }

    [Fact]
    public async Task A_declared_workflow_exists_in_every_tenant_and_cannot_be_saved()
    {
        await using var app = await StartAsync(builder => builder.AddWorkflow(Shipped with { Version = 5 }));
        var workflows = app.Get<IWorkflows>();
        await workflows.SaveAsync(new Workflow { Name = "aaa", Template = "shipped" });
        await workflows.SaveAsync(new Workflow { Name = "zzz", Template = "shipped" });

        var trigger = (await FindAsync(app, await app.SendAsync(Ada()))).Trigger;
        Assert.Equal((5, "orders"), (trigger.WorkflowVersion, trigger.Category));
        Assert.Equal(5, (await workflows.FindAsync("another", "shipped"))!.Value.Version);
        Assert.Equal([5], (await workflows.ListVersionsAsync("another", "shipped"))!.Items.Select(one => one.Version));
        var listed = await workflows.ListAsync(Trigger.DefaultTenant);
        Assert.Equal([("aaa", false), ("shipped", true), ("zzz", false)], listed.Items.Select(one => (one.Name, one.IsDeclared)));
        var page = await workflows.ListAsync(Trigger.DefaultTenant, new PageRequest { After = "aaa", Limit = 1 });
        Assert.Equal(("shipped", "shipped"), (Assert.Single(page.Items).Name, page.Next));
        foreach (
            Func<Task> change in (Func<Task>[])
                [() => workflows.SaveAsync(Shipped), () => workflows.DeleteAsync(Trigger.DefaultTenant, "shipped")]
        )
        {
            var error = Assert.Single((await Assert.ThrowsAsync<InvalidRequestException>(change)).Errors);
            Assert.Equal(("name", FieldErrorCodes.NotAllowed), (error.Field, error.Code));
        }
    }

    [Fact]
    public async Task An_invalid_declared_workflow_fails_the_start()
    {
        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            TestApplication.StartAsync(
                builder =>
                    builder
                        .AddWorkflow(Shipped with { Category = null })
                        .AddWorkflow(Shipped with { Name = "late", Delay = TimeSpan.Zero }),
                _mail,
                _sms,
                _hook
            )
        );

        Assert.Equal(2, exception.Failures.Count());
    }

    [Fact]
    public async Task Promotion_needs_the_template_in_the_other_tenant_and_tenants_stay_apart()
    {
        await using var app = await StartAsync();
        var workflows = app.Get<IWorkflows>();
        await workflows.SaveAsync(Shipped);

        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() =>
            workflows.PromoteAsync(Trigger.DefaultTenant, "shipped", "live")
        );
        Assert.Equal("template", Assert.Single(refused.Errors).Field);
        Assert.Null(await workflows.FindAsync("live", "shipped"));

        await app.Templates.SaveAsync(CreateTemplate() with { Tenant = "live" });
        var promoted = await workflows.PromoteAsync(Trigger.DefaultTenant, "shipped", "live");
        Assert.Equal((ChangeStatus.Created, "live"), (promoted.Status, promoted.Value!.Tenant));
        Assert.Equal("orders", (await workflows.FindAsync("live", "shipped"))!.Value.Category);
    }

    [Fact]
    public async Task A_workflow_is_read_at_most_once_a_second()
    {
        var finds = 0;
        await using var app = await StartAsync(builder =>
            builder.Decorate<IDocumentStore>(
                (_, inner) =>
                    new DocumentProbe(inner)
                    {
                        Finding = _ =>
                        {
                            finds++;
                            return Task.CompletedTask;
                        },
                    }
            )
        );
        await app.Get<IWorkflows>().SaveAsync(Shipped);
        await app.SendAsync(Ada());

        var before = finds;
        for (var i = 0; i < 10; i++)
            await app.SendAsync(Ada());
        Assert.Equal(before, finds);

        _time.Advance(TimeSpan.FromSeconds(1));
        await app.SendAsync(Ada());
        Assert.Equal(before + 1, finds);
    }

    private static Trigger Ada() => new() { To = [Recipient.User("ada")], Workflow = "shipped" };

    private static Template CreateTemplate() =>
        new() { Name = "shipped", Variants = [new TemplateVariant { Title = "Order", Body = "It is on its way." }] };

    private static string List(Page<VersionSummary>? page) => string.Join(' ', page!.Items.Select(one => one.Version));

    private static async Task<Notification> FindAsync(TestApplication app, Guid id) =>
        (await app.Get<INotificationStore>().FindAsync(Trigger.DefaultTenant, id, CancellationToken.None))!;

    private static async Task<IReadOnlyList<FieldError>> FailAsync(TestApplication app, Trigger trigger) =>
        (await Assert.ThrowsAsync<InvalidRequestException>(() => app.SendAsync(trigger))).Errors;

    private async Task<TestApplication> StartAsync(Action<INotificationsBuilder>? configure = null)
    {
        var app = await TestApplication.StartAsync(
            builder =>
            {
                _passing.AddTo(builder);
                builder.UseInMemory();
                configure?.Invoke(builder);
            },
            _mail,
            _sms,
            _hook
        );
        await app.Templates.SaveAsync(CreateTemplate());
        await app.Directory.SaveUserAsync(
            new User
            {
                Id = "ada",
                Addresses = new Dictionary<string, string>
                {
                    ["email"] = "ada@example.org",
                    ["phone"] = "+46701234567",
                    ["webhook"] = "https://example.org/hook",
                },
            }
        );
        return app;
    }
}
