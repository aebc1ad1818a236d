using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Notify;
using Notify.Core;
using Notify.Core.Analytics;
using Notify.Core.Auditing;
using Notify.Core.Broadcasts;
using Notify.Core.Capacity;
using Notify.Core.Composition;
using Notify.Core.Deliveries;
using Notify.Core.Diagnostics;
using Notify.Core.Digests;
using Notify.Core.Events;
using Notify.Core.EventSubscriptions;
using Notify.Core.Jobs;
using Notify.Core.Keys;
using Notify.Core.Members;
using Notify.Core.Planning;
using Notify.Core.Providers;
using Notify.Core.ProviderStates;
using Notify.Core.Queries;
using Notify.Core.Queue;
using Notify.Core.Receipts;
using Notify.Core.Recipients;
using Notify.Core.Retention;
using Notify.Core.Secrets;
using Notify.Core.Settlements;
using Notify.Core.Telemetry;
using Notify.Core.Templates;
using Notify.Core.Timing;
using Notify.Core.Topics;
using Notify.Core.Tracking;
using Notify.Core.Transport;
using Notify.Core.Triggers;
using Notify.Core.Validation;
using Notify.Core.Workflows;
using Notify.Storage;
using Notify.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds notifications to an application.</summary>
public static class NotificationsServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="INotifier"/> and the workers behind it. A store (<c>UseSqlite</c>, <c>UseInMemory</c>) and at least one
    /// provider are required. The start of the application fails if anything is missing or invalid, and reports all errors at
    /// once. Safe to call twice.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Configures the options.</param>
    public static INotificationsBuilder AddNotifications(
        this IServiceCollection services,
        Action<NotificationsOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);

        services.AddOptions<NotificationsOptions>().ValidateDataAnnotations().ValidateOnStart();
        if (configure is not null)
            services.Configure(configure);
        if (services.Any(service => service.ServiceType == typeof(Notifier)))
            return new NotificationsBuilder(services);

        // The defaults are inserted first, so that the configuration of the application overrides them, even if it was added
        // before this call.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<RetryOptions>, RetryDefaults>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IdGenerator>();
        services.TryAddSingleton<JitterSource>();
        services.TryAddSingleton<EngineSettings>();
        services.TryAddSingleton<ISecretProtector, PlainSecrets>();
        services.AddSingleton(new RegisteredServices(services));
        services.AddSingleton<IValidateOptions<NotificationsOptions>, CompositionValidator>();
        services.AddSingleton<IValidateOptions<ProviderOptions>>(new DataAnnotationValidateOptions<ProviderOptions>(name: null));
        services.AddSingleton<IValidateOptions<RetryOptions>>(new DataAnnotationValidateOptions<RetryOptions>(name: null));
        services.AddSingleton<IValidateOptions<ChannelOptions>>(new DataAnnotationValidateOptions<ChannelOptions>(name: null));
        services.AddSingleton<ProviderCatalog>();
        AddEngine(services);
        return new NotificationsBuilder(services);
    }

    private static void AddEngine(IServiceCollection services)
    {
        services.AddSingleton<PhoneNumberRules>();
        services.AddSingleton<ProviderRules>();
        services.AddSingleton<ContentRules>();
        services.AddSingleton<TriggerContentRules>();
        services.AddSingleton<ScheduleRules>();
        services.AddSingleton<FallbackRules>();
        services.AddSingleton<ThrottleAndDigestRules>();
        services.AddSingleton<TriggerValidator>();
        services.AddSingleton<NotificationFactory>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<NotificationEvents>();
        services.AddSingleton<TargetCanceller>();
        services.AddSingleton<TriggerPlanner>();
        services.AddSingleton<KeyTurns>();
        services.AddSingleton<NotificationIntake>();
        services.AddSingleton<TriggerBatches>();
        services.AddSingleton<Notifier>();
        services.AddSingleton<INotifier>(provider => provider.GetRequiredService<Notifier>());

        services.AddSingleton<INotificationQueries, NotificationQueries>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<IAuditLog>(provider => provider.GetRequiredService<AuditLog>());
        services.AddSingleton<IAnalytics, AnalyticsQueries>();
        services.AddSingleton<IRecipients, RecipientDirectory>();
        services.AddSingleton<IUnsubscribeLinks, UnsubscribeLinks>();
        services.AddSingleton<IPreferenceLinks, PreferenceLinks>();
        services.AddSingleton<TrackingTokens>();
        services.AddSingleton<TrackingCatalog>();
        services.AddSingleton<ITracking>(provider => provider.GetRequiredService<TrackingCatalog>());
        services.AddSingleton<MessageTracker>();
        services.AddSingleton<ApiKeyDocuments>();
        services.AddSingleton<ApiKeyVerifier>();
        services.AddSingleton<IApiKeys, ApiKeyCatalog>();
        services.AddSingleton<ClientCatalog>();
        services.AddSingleton<IClients>(provider => provider.GetRequiredService<ClientCatalog>());
        services.AddSingleton<MemberDocuments>();
        services.AddSingleton<Memberships>();
        services.AddSingleton<IMembers, MemberDirectory>();
        services.AddSingleton<TeamDirectory>();
        services.AddSingleton<ITeams>(provider => provider.GetRequiredService<TeamDirectory>());
        services.AddSingleton<ITemplateCatalog, TemplateCatalog>();
        services.AddSingleton<TemplatePartReader>();
        services.AddSingleton<TemplateRenderer>();
        services.AddSingleton<IWorkflows, WorkflowCatalog>();
        services.AddSingleton<DeclaredWorkflows>();
        services.AddSingleton<WorkflowExpander>();
        services.AddSingleton<WorkflowReader>();
        services.AddSingleton<WorkflowStorage>();
        services.AddSingleton<WorkflowValidator>();
        services.AddSingleton<DeliveryPlanner>();
        services.AddSingleton<ResolveRecipients>();
        services.AddSingleton<ApplyPreferences>();
        services.AddSingleton<ApplyThrottle>();
        services.AddSingleton<UnusedPermits>();
        services.AddSingleton<CollectDigests>();
        services.AddSingleton<PlatformRules>();
        services.AddSingleton<FindTeam>();
        services.AddSingleton<ChooseAddresses>();
        services.AddSingleton<ChooseContent>();
        services.AddSingleton<RenderOwnContent>();
        services.AddSingleton<DropDuplicateAddresses>();
        services.AddSingleton<RecordUnreached>();
        services.AddSingleton<Schedule>();

        services.AddSingleton<DueTimePolicy>();
        services.AddSingleton<RecipientClocks>();
        services.AddSingleton<WorkerIdentity>();
        services.AddSingleton<WorkSignal>();
        services.AddSingleton<IntervalTimer>();
        services.AddSingleton<DeliveryCapacity>();
        services.TryAddSingleton<IDeliveryTransport, InProcessTransport>();

        services.AddSingleton<ContentDemands>();
        services.AddSingleton<ProviderRouter>();
        services.AddSingleton<ProviderHealth>();
        services.AddSingleton<IDiagnostics, DiagnosticChecks>();
        services.AddSingleton<ProviderPauses>();
        services.AddSingleton<ProviderFigures>();
        services.AddSingleton<ProcessActivity>();
        services.AddSingleton<ActivityReports>();
        services.AddSingleton<ActivityReporter>();
        services.AddSingleton<IProviders, ProviderDirectory>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<DeliveryExecutor>();
        services.AddSingleton<LeaseKeeper>();
        services.AddSingleton<TopicSubscriptions>();
        services.AddSingleton<OptOuts>();
        services.AddSingleton<RecipientCheck>();
        services.AddSingleton<DeliveryRunner>();
        services.AddSingleton<RecipientUpkeep>();
        services.AddSingleton<SettlementWriter>();
        services.AddSingleton<DeliverySettler>();
        services.AddSingleton<RetrySchedule>();
        services.AddSingleton<CountRecorder>();
        services.AddSingleton<IEventCounter, EventCounter>();
        services.AddSingleton<MessagePrices>();
        services.AddSingleton<DeliveryRecorder>();
        services.AddSingleton<IReceipts, ReceiptRecorder>();
        services.AddSingleton<EventSinks>();
        services.AddSingleton<EventSubscriptionDocuments>();
        services.AddSingleton<EventSubscriptionCache>();
        services.AddSingleton<EventSubscriptionSwitch>();
        services.AddSingleton<EventForwarder>();
        services.AddSingleton<EventPublisher>();
        services.AddSingleton<IEventSubscriptions, EventSubscriptionCatalog>();
        services.AddSingleton<DeviceEvents>();
        services.TryAddSingleton<EventFeedLimits>();
        services.AddSingleton<EventFeed>();
        services.AddSingleton<IEventFeed>(provider => provider.GetRequiredService<EventFeed>());
        services.AddSingleton<IEventSink>(provider => provider.GetRequiredService<EventFeed>());

        services.AddSingleton<DeliveryWorker>();
        services.AddSingleton<BroadcastPauses>();
        services.AddSingleton<IBroadcasts, BroadcastControl>();
        services.AddSingleton<ExpansionWorker>();
        services.AddSingleton<IExpansionSignal>(provider => provider.GetRequiredService<ExpansionWorker>());
        services.AddSingleton<DigestWorker>();
        services.AddSingleton<InboxCleanup>();
        services.AddSingleton<RetentionWorker>();
        services.AddSingleton<ErasureWorker>();
        services.AddSingleton<JobDocuments>();
        services.AddSingleton<JobResults>();
        services.AddSingleton<JobResultErasure>();
        services.AddSingleton<IErasureHandler>(provider => provider.GetRequiredService<JobResultErasure>());
        services.AddSingleton<IJobKind, DeviceExport>();
        services.AddSingleton<IJobKind, DeviceImport>();
        services.AddSingleton<IJobKind, StaleDevices>();
        services.AddSingleton<IJobKind, PersonalExport>();
        services.AddSingleton<IJobKind, UserErasure>();
        services.AddSingleton<IJobKind, UserExport>();
        services.AddSingleton<IJobKind, UserImport>();
        services.AddSingleton<JobWorker>();
        services.AddSingleton<IJobs, JobDirectory>();
        services.AddHostedService<NotificationWorkers>();
        services.AddSingleton<QueueDepthGauge>();
        services.AddSingleton<ProviderGauges>();
    }

    private sealed class NotificationsBuilder(IServiceCollection services) : INotificationsBuilder
    {
        public IServiceCollection Services => services;
    }
}
