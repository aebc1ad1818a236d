using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;
using Notify;
using Notify.Core.Digests;
using Notify.Core.InMemory;
using Notify.Core.Queue;
using Notify.Core.Topics;
using Notify.Core.Transport;
using Notify.Providers;
using Notify.Providers.Sandbox;
using Notify.Storage;
using Notify.Testing;
using Notify.Transport;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the sandbox for integration tests.</summary>
public static class NotificationsSandboxServiceCollectionExtensions
{
    private const int Capacity = 100_000;

    /// <summary>
    /// The longest interval that is valid. The sandbox wakes the workers, and each poll costs time when it advances.
    /// </summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Replaces the providers of the application by the sandbox, its store by the in-memory store, its transport by the one
    /// within the process, and its clock by one that stands still, whatever the application registered before. Call it last,
    /// for example in <c>ConfigureTestServices</c> of a <c>WebApplicationFactory</c>. <see cref="NotificationsSandbox"/> is the
    /// singleton that the test uses. Safe to call twice.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same services.</returns>
    /// <remarks>
    /// A <see cref="FakeTimeProvider"/> that is registered before remains the clock. An application that calls a service with
    /// <c>AddNotifyClient</c> embeds the engine instead.
    /// </remarks>
    public static IServiceCollection AddNotificationsSandbox(
        this IServiceCollection services,
        Action<NotificationsSandboxOptions>? configure = null
    )
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new NotificationsSandboxOptions();
        configure?.Invoke(options);

        ReplacedParts.RemoveFrom(services);
        ReplaceTime(services);
        var builder = services
            .AddNotifications()
            .UseInMemory()
            .AddSandbox(options.Channels, sandbox => sandbox.Capacity = Capacity);
        LetFail(services);
        builder.AddTestSandbox();
        builder.AddStoreService<IOutbox>(typeof(SandboxOutbox));
        services.TryAddSingleton<IDeliveryTransport, InProcessTransport>();
        AdjustOptions(services);
        services.AddSingleton(CreateSandbox);
        return services;
    }

    private static void ReplaceTime(IServiceCollection services)
    {
        var time = services
            .Where(service => !service.IsKeyedService)
            .Select(service => service.ImplementationInstance)
            .OfType<FakeTimeProvider>()
            .LastOrDefault()
            ?? new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        services.Replace(ServiceDescriptor.Singleton<TimeProvider>(time));
    }

    // Puts the failures that the test sets in front of the sandbox's providers.
    private static void LetFail(IServiceCollection services)
    {
        services.AddSingleton<SandboxFailures>();
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i] is not { ServiceType: var type, IsKeyedService: false, ImplementationFactory: { } create })
                continue;
            if (type == typeof(IDeliveryProvider) && create.Method.Module == typeof(ISandbox).Module)
                services[i] = ServiceDescriptor.Singleton<IDeliveryProvider>(provider => new FailingProvider(
                    (IDeliveryProvider)create(provider),
                    provider.GetRequiredService<SandboxFailures>()
                ));
        }
    }

    // The routes of the application name providers that are replaced, and its limits need a clock that runs.
    private static void AdjustOptions(IServiceCollection services)
    {
        services.PostConfigureAll<ChannelOptions>(channel =>
        {
            channel.Providers = [];
            channel.PlatformProviders.Clear();
        });
        services.PostConfigure<NotificationsOptions>(notifications =>
        {
            notifications.Workers = Workers.All;
            notifications.PollInterval = PollInterval;
            notifications.MaxPerSecondPerTenant = null;
        });
    }

    private static NotificationsSandbox CreateSandbox(IServiceProvider services) =>
        new(
            services.GetRequiredService<ISandbox>(),
            services.GetRequiredService<InMemoryStore>(),
            services.GetRequiredService<SandboxFailures>(),
            services.GetRequiredService<WorkSignal>(),
            services.GetRequiredService<ExpansionWorker>(),
            services.GetRequiredService<DigestWorker>(),
            services.GetRequiredService<TimeProvider>() as FakeTimeProvider
                ?? throw new InvalidOperationException(
                    "The TimeProvider was replaced after AddNotificationsSandbox. Register a FakeTimeProvider before it."
                )
        );
}
